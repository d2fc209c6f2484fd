package dev.ferry.engine.migration;

import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireException;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.recovery.Recovery;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.SourceStep;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.recovery.TargetStep;
import dev.ferry.migration.session.TargetSession;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to an end what needs the other side's word and has no session any more: asks until there is an answer, and does what
 * {@link Recovery} says to it. Each migration is asked about on a thread of its own, so that a dead peer holds up nobody else.
 */
final class Resolver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration RUNNING = Duration.ofMinutes(15);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LAST_PAUSE_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 200;
    /** So often a container that is ours again is restored, {@link #LAST_PAUSE_MILLIS} apart. */
    private static final int RESTORES = 60;
    /** So often a target is told that nothing comes, {@link #LAST_PAUSE_MILLIS} apart; then it has let go by itself. */
    private static final int FAREWELLS = 60;

    /** Why a container that was handed over is here again. */
    static final String RECLAIMED = "the target had refused; the container goes on here";

    /** Why a source is retired that has not heard it from the target. */
    private static final String BY_WORD = "by a user's word";

    private final MigrationLog log;
    private final Dialer dialer;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Doubt> doubts = new ConcurrentHashMap<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** A container that was handed over. */
    private record Doubt(Ongoing ongoing, Departure departure, Records records) {}

    Resolver(MigrationLog log, Dialer dialer) {
        this.log = log;
        this.dialer = dialer;
    }

    /** Begins to look after targets' sessions that nobody speaks to any more. */
    void start() {
        Thread.ofVirtual().name("migrations").start(this::lookAfterTargets);
    }

    private void lookAfterTargets() {
        do {
            for (TargetSession session : log.targets()) {
                session.expire();
                if (session.isWaitingForWord() && asked.add(session.migration())) {
                    Thread.ofVirtual()
                            .name("ask-" + session.migration().substring(0, 12))
                            .start(() -> askSource(session));
                }
                if (session.isMissingItsSource() && asked.add(session.migration())) {
                    Thread.ofVirtual()
                            .name("miss-" + session.migration().substring(0, 12))
                            .start(() -> askWhetherItComes(session));
                }
                if (session.isOwed() && asked.add(session.migration())) {
                    Thread.ofVirtual()
                            .name("run-" + session.migration().substring(0, 12))
                            .start(() -> runOwn(session));
                }
            }
        } while (!pause(LOOK_MILLIS));
    }

    /** Asks the target until it is clear who runs the container. Returns at once. */
    void resolve(Ongoing ongoing, Departure departure, Records records) {
        Doubt doubt = new Doubt(ongoing, departure, records);
        doubts.put(ongoing.id(), doubt);
        Thread.ofVirtual().name("ask-" + ongoing.id().substring(0, 12)).start(() -> askTarget(doubt));
    }

    /** Restores a container from its own dump that had been reclaimed. Returns at once. */
    void restore(Ongoing ongoing, Departure departure) {
        Records records = new Records(log.ledger(), ongoing, "");
        long epoch = log.ledger().epoch(ongoing.container());
        Thread.ofVirtual()
                .name("reclaim-" + ongoing.id().substring(0, 12))
                .start(() -> restoreHere(ongoing, departure, records, epoch));
    }

    /**
     * Brings a container back that is ours again. What keeps it from coming, a full disk say, may go away: that is tried for a while before
     * its dump is put among its checkpoints for somebody who knows what to do.
     */
    private void restoreHere(Ongoing ongoing, Departure departure, Records records, long epoch) {
        String why = "";
        for (int attempt = 0; attempt < RESTORES; attempt++) {
            try {
                departure.reclaim(epoch);
                over(ongoing, records, epoch);
                return;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
                LOG.warn("migration {}: the container is ours again and cannot be restored yet: {}", ongoing.id(), why);
                ongoing.hold("the container is ours again and cannot be restored yet: " + why);
            }
            if (pause(LAST_PAUSE_MILLIS)) {
                return; // the next engine goes on with it
            }
        }
        departure.giveUp(epoch);
        ongoing.end(
                Ongoing.Outcome.RECLAIMED,
                "the container is ours again and could not be restored, its dump is kept as a checkpoint: " + why);
    }

    /** Lets a session run what is its own by the journal. Returns at once. */
    void own(TargetSession session) {
        Thread.ofVirtual()
                .name("own-" + session.migration().substring(0, 12))
                .start(() -> LOG.info("migration {}: {}", session.migration(), session.own()));
    }

    /**
     * Says that a migration came to nothing, for as long as the target keeps the place without having heard of anybody. Returns at once.
     */
    void tellOfAbandon(Ongoing ongoing, String why) {
        Thread.ofVirtual().name("abandon-" + ongoing.id().substring(0, 12)).start(() -> {
            for (int attempt = 0; attempt < FAREWELLS; attempt++) {
                try (Wire wire = dialer.dial(ongoing.peer())) {
                    wire.request(new Request.Abandon(ongoing.id(), why), ANSWER);
                    return;
                } catch (WireException e) {
                    LOG.debug("migration {}: the target has not heard of its end: {}", ongoing.id(), e.getMessage());
                }
                if (pause(LAST_PAUSE_MILLIS)) {
                    return;
                }
            }
        });
    }

    private void askTarget(Doubt doubt) {
        long pause = FIRST_PAUSE_MILLIS;
        while (doubts.containsKey(doubt.ongoing().id())) {
            String why;
            try (Wire wire = dialer.dial(doubt.ongoing().peer())) {
                why = askOnce(doubt, wire);
                if (why.isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            doubt.ongoing().end(Ongoing.Outcome.IN_DOUBT, why);
            if (pause(pause)) {
                return;
            }
            pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
        }
    }

    /** Empty when it is settled, else why it is not. */
    private String askOnce(Doubt doubt, Wire wire) throws IOException {
        Ongoing ongoing = doubt.ongoing();
        Reply reply = wire.request(new Request.Ask(ongoing.id(), false), ANSWER);
        if (!(reply instanceof Reply.LastRecord last)) {
            return "the target answered " + reply;
        }
        SourceStep step = Recovery.answered(state(TargetState.class, last));
        return switch (step) {
            case RETIRE -> retire(doubt, "");
            case COMMIT_AGAIN -> {
                Reply committed = wire.request(new Request.Commit(ongoing.id(), ongoing.epoch()), RUNNING);
                yield committed instanceof Reply.Running ? retire(doubt, "") : "the target answered " + committed;
            }
            case RECLAIM -> reclaim(doubt);
            case NOTHING, ABANDON, END_AND_ASK, RUN, IN_DOUBT ->
                "the target's record is " + last.state()
                        + ", which cannot be: one of the journals is not the one of this migration";
        };
    }

    private String retire(Doubt doubt, String why) throws IOException {
        if (!claim(doubt)) {
            return "";
        }
        write(doubt, SourceState.RETIRED, doubt.ongoing().epoch(), why);
        doubt.departure().leave();
        doubt.ongoing().end(Ongoing.Outcome.MOVED, "");
        return "";
    }

    /** A doubt is settled by whoever takes it away: an answer, or a user's word. */
    private boolean claim(Doubt doubt) {
        return doubts.remove(doubt.ongoing().id()) != null;
    }

    private String reclaim(Doubt doubt) throws IOException {
        if (!claim(doubt)) {
            return "";
        }
        long epoch = doubt.ongoing().epoch() + 1;
        write(doubt, SourceState.RECLAIMED, epoch, "");
        restoreHere(doubt.ongoing(), doubt.departure(), doubt.records(), epoch);
        return "";
    }

    /** A doubt that cannot be written off stays one. */
    private void write(Doubt doubt, SourceState state, long epoch, String why) throws IOException {
        boolean done = false;
        try {
            doubt.records().write(state, epoch, why);
            done = true;
        } finally {
            if (!done) {
                doubts.put(doubt.ongoing().id(), doubt);
            }
        }
    }

    /** What was reclaimed runs here again. */
    private static void over(Ongoing ongoing, Records records, long epoch) {
        try {
            records.write(SourceState.ABANDONED, epoch, "");
        } catch (IOException e) {
            // the record before it says as much
            LOG.warn("migration {}: {}", ongoing.id(), e.getMessage());
        }
        ongoing.end(Ongoing.Outcome.RECLAIMED, RECLAIMED);
    }

    private void askSource(TargetSession session) {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (session.isWaitingForWord()) {
                @Nullable Ongoing ongoing = log.get(session.migration());
                if (ongoing == null) {
                    return;
                }
                String why;
                try (Wire wire = dialer.dial(ongoing.peer())) {
                    why = hear(session, wire.request(new Request.Ask(session.migration(), true), ANSWER));
                } catch (IOException e) {
                    why = String.valueOf(e.getMessage());
                }
                if (!why.isEmpty() && session.isWaitingForWord()) {
                    ongoing.end(Ongoing.Outcome.IN_DOUBT, why);
                }
                if (pause(pause)) {
                    return;
                }
                pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
            }
        } finally {
            asked.remove(session.migration());
        }
    }

    /**
     * A source that died when it had given a migration up, and before it could say so, says so when it is asked. Of one that is only slow, or
     * out of reach, nothing is concluded.
     */
    private void askWhetherItComes(TargetSession session) {
        try {
            @Nullable Ongoing ongoing = log.get(session.migration());
            if (ongoing == null) {
                return;
            }
            try (Wire wire = dialer.dial(ongoing.peer())) {
                Reply reply = wire.request(new Request.Ask(session.migration(), true), ANSWER);
                if (reply instanceof Reply.LastRecord last && isGivenUp(state(SourceState.class, last))) {
                    session.discard("the source has given it up");
                }
            } catch (IOException e) {
                LOG.debug(
                        "migration {}: its source is silent and out of reach: {}", session.migration(), e.getMessage());
            }
            pause(LAST_PAUSE_MILLIS);
        } finally {
            asked.remove(session.migration());
        }
    }

    private static boolean isGivenUp(SourceState last) {
        return switch (last) {
            case NONE, ABANDONED, RECLAIMED -> true;
            case OFFERED, FROZEN, HANDED_OVER, RETIRED -> false;
        };
    }

    /** What is ours by the journal is run, however often it takes: the source has let go of it, and nobody else will. */
    private void runOwn(TargetSession session) {
        long pause = FIRST_PAUSE_MILLIS;
        try {
            while (session.isOwed()) {
                if (session.own() instanceof Reply.Refused refused) {
                    LOG.warn("migration {}: ours, and it does not run yet: {}", session.migration(), refused.text());
                    Ongoing ongoing = log.get(session.migration());
                    if (ongoing != null) {
                        ongoing.hold("the container is ours and does not run yet: " + refused.text());
                    }
                }
                if (pause(pause)) {
                    return;
                }
                pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
            }
        } finally {
            asked.remove(session.migration());
        }
    }

    private static String hear(TargetSession session, Reply reply) throws IOException {
        if (!(reply instanceof Reply.LastRecord last)) {
            return "the source answered " + reply;
        }
        TargetStep step = Recovery.answered(state(SourceState.class, last));
        Reply done = switch (step) {
            case OWN -> session.own();
            case DISCARD -> session.discard("the source has not handed it over");
            case NOTHING, ASK, RUN, IN_DOUBT ->
                new Reply.Refused(
                        "migration.doubt",
                        "the source's record is " + last.state()
                                + ", which cannot be: one of the journals is not the one of this migration");
        };
        return done instanceof Reply.Refused refused ? refused.text() : "";
    }

    /** What the other side says that its record is. */
    private static <S extends Enum<S>> S state(Class<S> side, Reply.LastRecord last) throws IOException {
        try {
            return Enum.valueOf(side, last.state());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the other side's record is \"" + last.state()
                            + "\", which this engine does not know; use the same release on both hosts",
                    e);
        }
    }

    /**
     * What a target is told when it asks. A source that a user's word has retired knows no more than that it handed the container over, and has
     * nothing left of it: the target has to have it.
     */
    static String told(MigrationRecord last) {
        boolean byWord = last.state() == SourceState.RETIRED && last.detail().equals(BY_WORD);
        return (byWord ? SourceState.HANDED_OVER : last.state()).name();
    }

    /** Whether a user's word would settle something at the source. */
    boolean isDoubt(String migration) {
        return doubts.containsKey(migration);
    }

    /** By the word of a user: the source keeps it. Returns false when there is no such doubt. */
    boolean reclaimByWord(String migration) throws IOException {
        Doubt doubt = doubts.get(migration);
        if (doubt != null) {
            reclaim(doubt);
        }
        return doubt != null;
    }

    /** By the word of a user: the target has it. Returns false when there is no such doubt. */
    boolean retireByWord(String migration) throws IOException {
        Doubt doubt = doubts.get(migration);
        if (doubt != null) {
            retire(doubt, BY_WORD);
        }
        return doubt != null;
    }

    /** Whether the engine is closing. */
    private boolean pause(long millis) {
        try {
            return closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
