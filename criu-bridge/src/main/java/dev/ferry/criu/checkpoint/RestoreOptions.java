package dev.ferry.criu.checkpoint;

import java.time.Duration;

/**
 * What the user can ask of a restore.
 *
 * @param tcpClose connections of the checkpoint come back closed instead of established
 * @param deadline after which CRIU is killed, and what it restored with it
 */
public record RestoreOptions(boolean tcpClose, Duration deadline) {
    /** Connections come back as they were saved. */
    public static final RestoreOptions DEFAULT = new RestoreOptions(false, Duration.ofMinutes(10));

    public RestoreOptions {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline of " + deadline + "; it must be positive");
        }
    }
}
