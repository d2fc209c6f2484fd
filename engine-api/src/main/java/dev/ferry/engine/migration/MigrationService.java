package dev.ferry.engine.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationFinding;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationVerdict;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.engine.checkpoint.CheckpointRecovery;
import dev.ferry.engine.container.Adoption;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.ContainerService;
import dev.ferry.engine.container.Doubts;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.container.Verb;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.migration.plan.Plan;
import dev.ferry.migration.plan.Strategy;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.record.JournalTooOld;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.session.TargetSession;
import dev.ferry.store.content.Digest;
import dev.ferry.store.image.Image;
import dev.ferry.store.image.ImageException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What clients may do with migrations.
 *
 * <p>Each migration away from here runs on a thread of its own from {@link #begin} to its end; the container's lane is taken for the marks and
 * for the part in which the container stands still.
 */
public final class MigrationService implements Migrations, Doubts, AutoCloseable {
    /** In the first record of a source, when the user wants to keep what is left here. */
    static final String KEEP_SOURCE = "\"keepSource\":true";

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final ContainerRegistry registry;
    private final Grounds grounds;
    private final MigrationLog log;
    private final Preflights preflights;
    private final Inbox inbox;
    private final Resolver resolver;
    private final Dialer dialer;
    private final Predicate<String> isPeer;
    private final Map<String, Leaving> leaving = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    /**
     * From its parts. Nothing is done before {@link #recover}.
     *
     * @param isPeer whether an engine of that name is known
     */
    public MigrationService(
            ContainerRegistry registry,
            ContainerService containers,
            Grounds grounds,
            LedgerSource journal,
            Dialer dialer,
            Predicate<String> isPeer) {
        this.registry = registry;
        this.grounds = grounds;
        this.log = new MigrationLog(journal);
        this.preflights = new Preflights(registry, grounds);
        this.inbox = new Inbox(log, preflights, grounds, containers);
        this.resolver = new Resolver(log, dialer);
        this.dialer = dialer;
        this.isPeer = isPeer;
    }

    /** Answers other engines. */
    public Correspondent inbox() {
        return inbox;
    }

    /** Brings to an end what an earlier engine was in the middle of, beside everything else; the journal may take a while to open. */
    public void recover(List<Container> moving, CheckpointRecovery checkpoints, Adoption adoption) {
        MigrationRecovery recovery =
                new MigrationRecovery(log, grounds, checkpoints, adoption, grounds.life(), resolver);
        Thread.ofPlatform()
                .daemon()
                .name("migration-recovery")
                .start(() -> recovery.run(moving, () -> {
                    inbox.open();
                    resolver.start();
                }));
    }

    @Override
    public MigrationDetail begin(MigrationRequest request) throws InterruptedException {
        Container container = registry.find(request.container());
        requirePeer(request.to());
        Preflights.Source found = preflights.source(container, request.volumesPresent());
        refuse(container, found.findings());
        String id = freshId();
        Moving mark = new Moving(id, Moving.Stage.LEAVING, request.to());
        Request.Offer offer = offer(id, container.record(), found, request, false);
        Ongoing ongoing = new Ongoing(
                id, Side.SOURCE, offer.container(), offer.name(), request.to(), offer.epoch(), SourceState.NONE);
        Departure departure = new Departure(grounds, container, mark, request.keepSource());
        Records records = new Records(log.ledger(), ongoing, request.keepSource() ? "{" + KEEP_SOURCE + "}" : "{}");
        Leaving session = new Leaving(
                ongoing,
                departure,
                offer,
                records,
                dialer,
                grounds.patience(),
                request.bandwidth(),
                plan(found.needs()).blackout(request.bandwidth()));
        container.lane().run(() -> {
            ContainerRecord now = container.record();
            now.require(Verb.MIGRATE);
            container.write(now.withMoving(mark));
        });
        log.add(ongoing);
        leaving.put(id, session);
        Thread.ofPlatform().daemon().name("migrate-" + id.substring(0, 12)).start(() -> run(session, records));
        return detail(ongoing);
    }

    private void run(Leaving session, Records records) {
        session.run();
        // what is shown of it is small, what it held is not
        session.ongoing().keep(Details.Live.of(session, true));
        leaving.remove(session.ongoing().id());
        if (session.ongoing().outcome() == Ongoing.Outcome.IN_DOUBT) {
            resolver.resolve(session.ongoing(), session.departure(), records);
        }
        if (session.isFarewellOwed()) {
            resolver.tellOfAbandon(session.ongoing(), session.ongoing().error());
        }
    }

    private void requirePeer(String peer) {
        if (peer.isEmpty()) {
            throw new InvalidRequest("migration.peer", "the field \"to\" must name a peer; see \"ferry peer ls\"");
        }
        if (!isPeer.test(peer)) {
            throw new NotFound("migration.peer", "no peer is called \"" + peer + "\"; see \"ferry peer ls\"");
        }
    }

    private static void refuse(Container container, List<Reply.Finding> findings) {
        if (!findings.isEmpty()) {
            throw new Conflict(
                    findings.getFirst().code(),
                    "container " + container.record().name() + " cannot be migrated: "
                            + findings.stream()
                                    .map(finding ->
                                            "\"" + finding.object() + "\": " + finding.text() + "; " + finding.remedy())
                                    .collect(Collectors.joining("\n")));
        }
    }

    private String freshId() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Request.Offer offer(
            String id, ContainerRecord record, Preflights.Source found, MigrationRequest request, boolean dryRun) {
        try {
            log.ledger().requireNotOlderThan(record.id().text(), record.epoch());
            Image image = grounds.images().resolve(record.image());
            List<Request.Blob> blobs = new ArrayList<>();
            blobs.add(blob(image.id()));
            for (Digest layer : image.diffIds()) {
                blobs.add(blob(layer));
            }
            long epoch = Math.max(record.epoch(), log.ledger().epoch(record.id().text())) + 1;
            Optional<HostFacts> host = found.host();
            return new Request.Offer(
                    id,
                    dryRun,
                    record.id().text(),
                    record.name(),
                    epoch,
                    host.orElseThrow(() -> new Conflict("migration.criu", "this host has no usable CRIU")),
                    ApiJson.mapper().writeValueAsString(record.withMoving(null)),
                    blobs,
                    image.repoTags().stream().map(Object::toString).toList(),
                    found.needs(),
                    request.volumesPresent());
        } catch (JournalTooOld e) {
            throw new Conflict("migration.journal", String.valueOf(e.getMessage()), e);
        } catch (ImageException e) {
            throw new Conflict(
                    e.code(),
                    "the image of container " + record.name() + " is not here any more: " + e.getMessage(),
                    e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for a container's record", e);
        } catch (IOException e) {
            throw new Failed("migration.image", "the image of container " + record.name() + ": " + e.getMessage(), e);
        }
    }

    private Request.Blob blob(Digest digest) throws IOException {
        return new Request.Blob(digest.toString(), grounds.content().size(digest));
    }

    @Override
    public MigrationVerdict dryRun(MigrationRequest request) {
        Container container = registry.find(request.container());
        requirePeer(request.to());
        Preflights.Source found = preflights.source(container, request.volumesPresent());
        List<MigrationFinding> findings = new ArrayList<>(shown("source", found.findings()));
        Plan plan = plan(found.needs());
        if (found.host().isPresent()) {
            Request.Offer offer = offer(freshId(), container.record(), found, request, true);
            findings.addAll(shown("target", ask(request.to(), offer)));
        }
        return new MigrationVerdict(
                findings.isEmpty(),
                findings,
                plan.bytes(),
                TimeUnit.MICROSECONDS.convert(plan.blackout(request.bandwidth())));
    }

    private List<Reply.Finding> ask(String peer, Request.Offer offer) {
        try (Wire wire = dialer.dial(peer)) {
            Reply reply = wire.request(offer, ANSWER);
            return switch (reply) {
                case Reply.Verdict verdict -> verdict.findings();
                case Reply.Refused refused ->
                    List.of(new Reply.Finding(refused.code(), peer, refused.text(), "see the target's log"));
                default ->
                    List.of(new Reply.Finding(
                            "migration.protocol",
                            peer,
                            "the target answered " + reply,
                            "use the same release on both hosts"));
            };
        } catch (IOException e) {
            return List.of(new Reply.Finding(
                    "migration.unreachable", peer, String.valueOf(e.getMessage()), "start the engine there"));
        }
    }

    private static List<MigrationFinding> shown(String side, List<Reply.Finding> findings) {
        return findings.stream()
                .map(one -> new MigrationFinding(side, one.code(), one.object(), one.text(), one.remedy()))
                .toList();
    }

    /** Before the target has been asked it is taken to have the image. */
    private static Plan plan(Request.Needs needs) {
        return Plan.of(Strategy.STOP_AND_COPY, needs, List.of(), Set.of());
    }

    @Override
    public List<MigrationDetail> list() {
        return log.all().stream().map(this::detail).toList();
    }

    @Override
    public MigrationDetail inspect(String reference) {
        return detail(log.find(reference));
    }

    @Override
    public void follow(String reference, Sink sink) throws IOException, InterruptedException {
        Ongoing ongoing = log.find(reference);
        while (true) {
            long seen = ongoing.changes();
            boolean last = ongoing.outcome().isEnd();
            sink.accept(detail(ongoing));
            if (last) {
                return;
            }
            Thread.sleep(SHORTEST_PAUSE);
            // also without a change: the bytes go on, and a client that went away is found out by writing
            ongoing.awaitChange(seen, LONGEST_PAUSE);
        }
    }

    @Override
    public MigrationDetail cancel(String reference) {
        Ongoing ongoing = log.find(reference);
        if (ongoing.outcome().isEnd()) {
            throw new Conflict("migration.over", "migration " + ongoing.id() + " is over");
        }
        Leaving session = leaving.get(ongoing.id());
        if (session != null && session.cancel()) {
            return detail(ongoing);
        }
        TargetSession target = log.target(ongoing.id());
        if (target != null && target.discard("it was cancelled at the target") instanceof Reply.Discarded) {
            return detail(ongoing);
        }
        throw new Conflict(
                "migration.handed-over",
                "container " + ongoing.name() + " was handed over already: it cannot be called back");
    }

    @Override
    public MigrationDetail resolve(String reference, String run) {
        if (!run.equals("here") && !run.equals("there")) {
            throw new InvalidRequest("migration.resolution", "the field \"run\" must be \"here\" or \"there\"");
        }
        Ongoing ongoing = log.find(reference);
        boolean here = run.equals("here");
        try {
            if (!(ongoing.side() == Side.SOURCE ? resolveSource(ongoing, here) : resolveTarget(ongoing, here))) {
                throw new Conflict(
                        "migration.no-doubt",
                        "there is no doubt about migration " + ongoing.id() + " that is to be resolved");
            }
        } catch (IOException e) {
            throw new Failed("migration.resolve", "migration " + ongoing.id() + ": " + e.getMessage(), e);
        }
        return detail(ongoing);
    }

    private boolean resolveSource(Ongoing ongoing, boolean here) throws IOException {
        return here ? resolver.reclaimByWord(ongoing.id()) : resolver.retireByWord(ongoing.id());
    }

    private boolean resolveTarget(Ongoing ongoing, boolean here) throws IOException {
        TargetSession session = log.target(ongoing.id());
        if (session == null || !session.isWaitingForWord()) {
            return false;
        }
        Reply reply = here ? session.own() : session.discard("a user said that it runs at the source");
        if (reply instanceof Reply.Refused refused) {
            throw new IOException(refused.text());
        }
        return true;
    }

    @Override
    public String remedy(String migration) {
        @Nullable Ongoing one = log.get(migration);
        return one == null ? "" : remedy(one);
    }

    /** A doubt that comes of a journal's loss is no question of two answers: then the reason is worth reading. */
    private String remedy(Ongoing one) {
        if (one.outcome() != Ongoing.Outcome.IN_DOUBT) {
            return "";
        }
        return "ferry migration " + (isToBeResolved(one) ? "resolve " : "inspect ")
                + one.id().substring(0, 12);
    }

    private boolean isToBeResolved(Ongoing one) {
        @Nullable TargetSession session = log.target(one.id());
        return one.side() == Side.SOURCE ? resolver.isDoubt(one.id()) : session != null && session.isWaitingForWord();
    }

    private MigrationDetail detail(Ongoing one) {
        @Nullable Leaving session = leaving.get(one.id());
        boolean inDoubt = one.outcome() == Ongoing.Outcome.IN_DOUBT;
        boolean over = one.outcome().isEnd();
        Details.Live live = session == null ? one.kept() : Details.Live.of(session, over);
        return new MigrationDetail(
                one.id(),
                one.container(),
                one.name(),
                one.side().name().toLowerCase(Locale.ROOT),
                one.peer(),
                one.epoch(),
                one.state().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                over ? "done" : live.phase(),
                one.begun().toString(),
                over ? one.ended().toString() : "",
                one.outcome().word(),
                one.error(),
                live.progress(),
                live.expectedBlackoutMicros(),
                live.blackoutMicros(),
                live.timeline(),
                inDoubt,
                inDoubt && isToBeResolved(one) ? remedy(one) + " --run here|there" : "");
    }

    /** Stops asking others; sessions end with the connections. */
    @Override
    public void close() {
        resolver.close();
    }
}
