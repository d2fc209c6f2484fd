package dev.ferry.testing;

import java.time.Duration;
import java.util.Random;

/** How long fuzz tests go on: one case a try, or as many as fit into a time that was asked for. */
public final class FuzzTime {
    private static final long NANOS =
            Duration.ofMinutes(Long.getLong("ferry.fuzz.minutes", 0)).toNanos();

    /** How many properties share the time; each has its part of it. */
    private static final int PROPERTIES = 4;

    private FuzzTime() {}

    /** Something that is tried. */
    @FunctionalInterface
    public interface Attempt {
        /** One case. */
        void with(Random random) throws Exception;
    }

    /**
     * Tries one case, and when a time is asked for more of them, each from the number that follows.
     *
     * @param tries how often the property calls this, to share out the time
     * @throws AssertionError that names the number of the case which failed
     */
    public static void run(int tries, long seed, Attempt attempt) {
        long end = System.nanoTime() + NANOS / PROPERTIES / tries;
        long next = seed;
        do {
            try {
                attempt.with(new Random(next));
            } catch (Exception | AssertionError | StackOverflowError e) {
                throw new AssertionError("case " + next + " failed: " + e, e);
            }
            next++;
        } while (NANOS > 0 && System.nanoTime() < end);
    }
}
