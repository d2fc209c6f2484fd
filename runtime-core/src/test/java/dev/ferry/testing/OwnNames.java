package dev.ferry.testing;

import java.util.concurrent.ThreadLocalRandom;

/** Names that say to which test run a thing of the kernel belongs, so that runs side by side leave each other alone. */
public final class OwnNames {
    private static final String PREFIX = "ferry-test-" + ProcessHandle.current().pid() + "-";

    private OwnNames() {}

    /** What all names of this run begin with. */
    public static String prefix() {
        return PREFIX;
    }

    /** A name that no other test has, made of letters, digits and dashes. */
    public static String fresh() {
        return PREFIX + Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    }
}
