package dev.ferry.engine.migration;

import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One migration that this engine has had to do with since it started, as everybody may see it. */
final class Ongoing {
    /** How it ended, if it has. */
    enum Outcome {
        UNDER_WAY(""),
        MOVED("moved"),
        FAILED("failed"),
        RECLAIMED("reclaimed"),
        /** Handed over, and nobody knows yet whether it arrived. */
        IN_DOUBT("in-doubt");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        boolean isEnd() {
            return this == MOVED || this == FAILED || this == RECLAIMED;
        }
    }

    private final String id;
    private final Side side;
    private final String container;
    private final String name;
    private final String peer;
    private final long epoch;
    private final Instant begun;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long changes;
    private MigrationState state;
    private Outcome outcome = Outcome.UNDER_WAY;
    private String error = "";
    private Instant ended = Instant.EPOCH;
    private Details.Live kept = Details.Live.NONE;

    /** One that begins now. */
    Ongoing(String id, Side side, String container, String name, String peer, long epoch, MigrationState state) {
        this(id, side, container, name, peer, epoch, state, Instant.now());
    }

    /** One that an engine before this one knew. */
    static Ongoing of(MigrationRecord last) {
        return new Ongoing(
                last.migration(),
                last.side(),
                last.container(),
                last.name(),
                last.peer(),
                last.epoch(),
                last.state(),
                last.at());
    }

    private Ongoing(
            String id,
            Side side,
            String container,
            String name,
            String peer,
            long epoch,
            MigrationState state,
            Instant begun) {
        this.begun = begun;
        this.id = id;
        this.side = side;
        this.container = container;
        this.name = name;
        this.peer = peer;
        this.epoch = epoch;
        this.state = state;
    }

    String id() {
        return id;
    }

    Side side() {
        return side;
    }

    String container() {
        return container;
    }

    String name() {
        return name;
    }

    String peer() {
        return peer;
    }

    long epoch() {
        return epoch;
    }

    Instant begun() {
        return begun;
    }

    MigrationState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    void state(MigrationState value) {
        change(() -> state = value);
    }

    Outcome outcome() {
        lock.lock();
        try {
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    String error() {
        lock.lock();
        try {
            return error;
        } finally {
            lock.unlock();
        }
    }

    /** What its session knew when it was over, {@link Details.Live#NONE} before that and without one. */
    Details.Live kept() {
        lock.lock();
        try {
            return kept;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what is worth showing of a session that is over. */
    void keep(Details.Live last) {
        change(() -> kept = last);
    }

    /** When it ended; the epoch while it has not. */
    Instant ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** It came to that; {@code why} is empty for no error. */
    void end(Outcome how, String why) {
        change(() -> {
            outcome = how;
            error = why;
            if (how.isEnd()) {
                ended = Instant.now();
            }
        });
    }

    /** It goes on, and that keeps it from it for now. */
    void hold(String why) {
        change(() -> {
            outcome = Outcome.UNDER_WAY;
            error = why;
        });
    }

    /** Something that is shown has changed. */
    void touch() {
        change(() -> {});
    }

    private void change(Runnable how) {
        lock.lock();
        try {
            how.run();
            changes++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A number that grows with each change. */
    long changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there were more changes than that. */
    void awaitChange(long seen, Duration most) throws InterruptedException {
        long left = most.toNanos();
        lock.lock();
        try {
            while (changes == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it has ended, or is in doubt. */
    boolean awaitOutcome(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (outcome == Outcome.UNDER_WAY && left > 0) {
                left = changed.awaitNanos(left);
            }
            return outcome != Outcome.UNDER_WAY;
        } finally {
            lock.unlock();
        }
    }
}
