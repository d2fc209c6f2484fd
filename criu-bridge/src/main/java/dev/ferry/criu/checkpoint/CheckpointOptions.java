package dev.ferry.criu.checkpoint;

import java.time.Duration;

/**
 * What the user can ask of a checkpoint.
 *
 * @param leaveRunning the container runs on after it
 * @param tcpEstablished established TCP connections are saved; without it an open connection refuses the checkpoint
 * @param fileLocks held file locks are saved
 * @param linkRemap open files that were deleted but have another name are saved; writes a temporary name into the container's file system
 * @param ghostLimit greatest size of a deleted open file that is taken along, in bytes, at least 0
 * @param deadline after which CRIU is killed and the container runs on
 * @param handsOver the container goes on elsewhere: once {@link PhaseListener#entering} has returned from {@link Phase.Dumped} it never runs on
 *     here, whatever dies; excludes leaving it running
 */
public record CheckpointOptions(
        boolean leaveRunning,
        boolean tcpEstablished,
        boolean fileLocks,
        boolean linkRemap,
        long ghostLimit,
        Duration deadline,
        boolean handsOver) {
    /** The limit for deleted open files when nothing else is asked for: 64 MiB. */
    public static final long DEFAULT_GHOST_LIMIT = 64L << 20;

    /** What docker's users get: locks and deleted files are saved, connections are not, the container ends. */
    public static final CheckpointOptions DEFAULT =
            new CheckpointOptions(false, false, true, true, DEFAULT_GHOST_LIMIT, Duration.ofMinutes(10), false);

    public CheckpointOptions {
        if (ghostLimit < 0 || ghostLimit > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException(
                    "ghost limit of " + ghostLimit + " bytes; it must be between 0 and 4 GiB");
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline of " + deadline + "; it must be positive");
        }
        if (handsOver && leaveRunning) {
            throw new IllegalArgumentException("a container that is handed over is not left running");
        }
    }

    public CheckpointOptions withLeaveRunning(boolean value) {
        return new CheckpointOptions(value, tcpEstablished, fileLocks, linkRemap, ghostLimit, deadline, handsOver);
    }

    public CheckpointOptions withTcpEstablished(boolean value) {
        return new CheckpointOptions(leaveRunning, value, fileLocks, linkRemap, ghostLimit, deadline, handsOver);
    }

    public CheckpointOptions withFileLocks(boolean value) {
        return new CheckpointOptions(leaveRunning, tcpEstablished, value, linkRemap, ghostLimit, deadline, handsOver);
    }

    public CheckpointOptions withGhostLimit(long bytes) {
        return new CheckpointOptions(leaveRunning, tcpEstablished, fileLocks, linkRemap, bytes, deadline, handsOver);
    }

    public CheckpointOptions withDeadline(Duration value) {
        return new CheckpointOptions(leaveRunning, tcpEstablished, fileLocks, linkRemap, ghostLimit, value, handsOver);
    }

    public CheckpointOptions withHandsOver(boolean value) {
        return new CheckpointOptions(leaveRunning, tcpEstablished, fileLocks, linkRemap, ghostLimit, deadline, value);
    }
}
