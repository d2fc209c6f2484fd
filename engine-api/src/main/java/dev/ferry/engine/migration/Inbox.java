package dev.ferry.engine.migration;

import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerService;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.error.EngineException;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.session.TargetSession;
import dev.ferry.migration.transfer.Arrivals;
import dev.ferry.migration.transfer.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other engines ask of this one: to take containers in, and what became of migrations. Nobody is answered before what an earlier engine
 * left has been looked at.
 */
public final class Inbox implements Correspondent {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
    private static final long RECOVERY_SECONDS = 120;

    private final MigrationLog log;
    private final Preflights preflights;
    private final Grounds grounds;
    private final ContainerService containers;
    private final CountDownLatch recovered = new CountDownLatch(1);

    /** Offers come one at a time: two for the same name must not both find it free. */
    private final ReentrantLock offers = new ReentrantLock();

    Inbox(MigrationLog log, Preflights preflights, Grounds grounds, ContainerService containers) {
        this.log = log;
        this.preflights = preflights;
        this.grounds = grounds;
        this.containers = containers;
    }

    /** What an earlier engine left has been looked at. */
    void open() {
        recovered.countDown();
    }

    @Override
    public Reply answer(String peer, Request request) {
        try {
            if (!recovered.await(RECOVERY_SECONDS, TimeUnit.SECONDS)) {
                return new Reply.Refused("engine.starting", "the engine is still starting; try again");
            }
            return switch (request) {
                case Request.Offer offer -> offer(peer, offer);
                case Request.Prepare prepare -> toSession(peer, prepare.migration(), prepare);
                case Request.Complete complete -> toSession(peer, complete.migration(), complete);
                case Request.Commit commit -> toSession(peer, commit.migration(), commit);
                case Request.Abandon abandon -> toSession(peer, abandon.migration(), abandon);
                case Request.Resume resume -> toSession(peer, resume.migration(), resume);
                case Request.Ask ask -> lastRecord(peer, ask);
                case Request.Join join -> new Reply.Refused("peer.known", "peer \"" + peer + "\" has joined already");
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.Refused("engine.stopping", "the engine is stopping");
        } catch (RuntimeException e) {
            LOG.error("request {} of peer {}", request.getClass().getSimpleName(), peer, e);
            return new Reply.Refused("engine.failed", "the engine failed: " + e);
        }
    }

    @Override
    public void take(String peer, Chunk chunk) throws IOException {
        TargetSession session = log.target(chunk.migration());
        if (session == null || !log.isOf(chunk.migration(), peer)) {
            throw new IOException(
                    "bytes of migration \"" + chunk.migration() + "\", which is none of peer \"" + peer + "\" here");
        }
        session.take(chunk);
    }

    private Reply offer(String peer, Request.Offer offer) {
        offers.lock();
        try {
            TargetSession known = log.target(offer.migration());
            if (known != null) {
                return log.isOf(offer.migration(), peer) ? known.answer(offer) : stranger(offer.migration(), peer);
            }
            List<Reply.Finding> findings = preflights.target(offer);
            epochs(offer, findings);
            if (offer.dryRun()) {
                return new Reply.Verdict(findings);
            }
            if (log.ledger().last(offer.migration(), Side.TARGET).isPresent()) {
                return new Reply.Refused("migration.over", "migration " + offer.migration() + " is over here");
            }
            if (!findings.isEmpty()) {
                return refused(findings);
            }
            return reserve(peer, offer);
        } finally {
            offers.unlock();
        }
    }

    private void epochs(Request.Offer offer, List<Reply.Finding> findings) {
        long known = log.ledger().epoch(offer.container());
        if (offer.epoch() <= known) {
            findings.add(new Reply.Finding(
                    "migration.epoch",
                    offer.container(),
                    "container " + offer.container() + " is offered under epoch " + offer.epoch() + ", and epoch "
                            + known + " of it is known here",
                    "the source runs an old copy of it: remove that, or look what its journal was replaced by"));
        }
    }

    private static Reply refused(List<Reply.Finding> findings) {
        String text = findings.stream()
                .map(finding -> finding.text() + "; " + finding.remedy())
                .collect(Collectors.joining("\n"));
        return new Reply.Refused(findings.getFirst().code(), text);
    }

    private Reply reserve(String peer, Request.Offer offer) {
        ContainerRecord sent = Preflights.record(offer, new ArrayList<>());
        if (sent == null) {
            throw new AssertionError("the preflight has read it");
        }
        Moving mark = new Moving(offer.migration(), Moving.Stage.ARRIVING, peer);
        try {
            grounds.steps().before("make a place for the container");
            Container container = containers.expect(sent.arriving(offer.epoch(), mark));
            Arrival arrival = new Arrival(grounds, container, mark);
            Arrivals arrivals = new Arrivals(grounds.content(), offer.image(), arrival.log(), arrival.dump());
            Ongoing ongoing = new Ongoing(
                    offer.migration(),
                    Side.TARGET,
                    offer.container(),
                    offer.name(),
                    peer,
                    offer.epoch(),
                    TargetState.NONE);
            Records records = new Records(log.ledger(), ongoing, "");
            TargetSession session;
            boolean reserved = false;
            try {
                session = TargetSession.reserve(
                        offer,
                        arrival,
                        records::write,
                        arrivals,
                        grounds.patience(),
                        () -> log.changed(offer.migration()));
                reserved = true;
            } finally {
                if (!reserved) {
                    arrivals.close();
                    containers.turnAway(container);
                }
            }
            log.add(ongoing, session);
            return admit(session, container, offer);
        } catch (EngineException e) {
            return Refusal.reply(e.code(), e.getMessage());
        } catch (IOException e) {
            return Refusal.reply("migration.target", "the target cannot write it down: " + e.getMessage());
        }
    }

    private Reply admit(TargetSession session, Container container, Request.Offer offer) {
        try {
            containers.admit(container);
            return session.answer(offer);
        } catch (EngineException e) {
            session.discard(e.getMessage());
            return Refusal.reply(e.code(), e.getMessage());
        }
    }

    private Reply toSession(String peer, String migration, Request request) {
        TargetSession session = log.target(migration);
        if (session != null) {
            return log.isOf(migration, peer) ? session.answer(request) : stranger(migration, peer);
        }
        Optional<MigrationRecord> last = log.ledger().last(migration, Side.TARGET);
        if (last.isPresent() && !last.get().peer().equals(peer)) {
            return stranger(migration, peer);
        }
        TargetState state = log.ledger().target(migration);
        return switch (state) {
            case DISCARDED, NONE -> gone(migration, request);
            case OWNED, RUNNING -> owned(migration, last, request);
            case RESERVED, VERIFIED, READY ->
                new Reply.Refused(
                        "migration.state",
                        "migration " + migration + " is " + state + " here and nobody holds it; see the target's log");
        };
    }

    private static Reply gone(String migration, Request request) {
        return request instanceof Request.Abandon
                ? new Reply.Discarded("it is not here")
                : new Reply.Refused("migration.discarded", "migration " + migration + " was given up at the target");
    }

    private static Reply owned(String migration, Optional<MigrationRecord> last, Request request) {
        if (request instanceof Request.Commit commit
                && last.isPresent()
                && last.get().epoch() == commit.epoch()) {
            return new Reply.Running(commit.epoch());
        }
        return new Reply.Refused(
                "migration.owned", "migration " + migration + " is over: its container is the target's");
    }

    /** From the journal alone, never from what runs at the moment. */
    private Reply lastRecord(String peer, Request.Ask ask) {
        Side side = ask.ofSource() ? Side.SOURCE : Side.TARGET;
        Optional<MigrationRecord> last = log.ledger().last(ask.migration(), side);
        if (last.isPresent() && !last.get().peer().equals(peer)) {
            return stranger(ask.migration(), peer);
        }
        @Nullable MigrationRecord record = last.orElse(null);
        return record == null
                ? new Reply.LastRecord("NONE", 0)
                : new Reply.LastRecord(Resolver.told(record), record.epoch());
    }

    private static Reply stranger(String migration, String peer) {
        return new Reply.Refused(
                "migration.stranger", "migration " + migration + " is none of peer \"" + peer + "\"'s here");
    }
}
