package dev.ferry.migration.session;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** How far a migration is and how long its steps took. Read by any thread while it is written. */
public final class Timeline {
    /**
     * A step that has ended.
     *
     * @param start microseconds from the begin of the migration
     * @param duration in microseconds
     * @param bytes sent in it, 0 where nothing is sent
     */
    public record Step(String name, long start, long duration, long bytes) {}

    private final long begun = System.nanoTime();
    private final Runnable changed;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Step> steps = new ArrayList<>();
    private volatile String phase = "offer";
    private volatile long expected;
    private volatile long blackout;

    /** @param changed is called after each change, on the thread that made it */
    public Timeline(Runnable changed) {
        this.changed = changed;
    }

    /** What happens now. */
    public String phase() {
        return phase;
    }

    /** How many bytes will be sent in all, as far as that is known. */
    public long expected() {
        return expected;
    }

    /** How long the container stood still, in nanoseconds; 0 while that is not known. */
    public long blackout() {
        return blackout;
    }

    /** Nanoseconds since the begin. */
    public long elapsed() {
        return System.nanoTime() - begun;
    }

    /** All steps so far, in the order of their ends. */
    public List<Step> steps() {
        lock.lock();
        try {
            return List.copyOf(steps);
        } finally {
            lock.unlock();
        }
    }

    void expect(long bytes) {
        expected = bytes;
        changed.run();
    }

    void blackout(long nanos) {
        blackout = nanos;
        changed.run();
    }

    void enter(String name) {
        phase = name;
        changed.run();
    }

    void add(String name, long startNanos, long bytes) {
        add(new Step(name, startNanos / 1000, (elapsed() - startNanos) / 1000, bytes));
    }

    void add(Step step) {
        lock.lock();
        try {
            steps.add(step);
        } finally {
            lock.unlock();
        }
        changed.run();
    }
}
