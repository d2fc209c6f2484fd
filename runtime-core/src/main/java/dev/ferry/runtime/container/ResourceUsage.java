package dev.ferry.runtime.container;

import java.time.Duration;

/**
 * What a process and the children it waited for have used. getrusage(2)
 *
 * @param user time in user mode
 * @param system time in the kernel
 * @param maxRssBytes the largest resident set of one process
 */
public record ResourceUsage(Duration user, Duration system, long maxRssBytes) {

    /** Nothing is known. */
    public static final ResourceUsage NONE = new ResourceUsage(Duration.ZERO, Duration.ZERO, 0);
}
