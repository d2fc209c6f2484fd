package dev.ferry.engine.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a log, and how.
 *
 * @param since inclusive; null for the beginning
 * @param until inclusive; null for no end
 * @param tail how many lines from the end, negative for all
 * @param follow whether to go on as the log grows
 * @param details what is put in front of each line, behind its time
 */
public record LogQuery(
        boolean stdout,
        boolean stderr,
        @Nullable Instant since,
        @Nullable Instant until,
        int tail,
        boolean timestamps,
        boolean follow,
        String details) {

    /** Without details. */
    public LogQuery(
            boolean stdout,
            boolean stderr,
            @Nullable Instant since,
            @Nullable Instant until,
            int tail,
            boolean timestamps,
            boolean follow) {
        this(stdout, stderr, since, until, tail, timestamps, follow, "");
    }

    /** Everything there is and everything that comes. */
    public static final LogQuery ALL = new LogQuery(true, true, null, null, -1, false, true);

    boolean wants(int stream) {
        return stream == 2 ? stderr : stdout;
    }

    /** Whether frames can pass as they are, without being cut into lines. */
    boolean isPlain() {
        return tail < 0 && !timestamps && details.isEmpty();
    }
}
