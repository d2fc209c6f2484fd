package dev.ferry.criu;

/**
 * A checkpoint or a restore that did not happen. Each kind says what is wrong, with which object, and what to do about it; unless a kind
 * says otherwise the container of a failed checkpoint runs on, and the checkpoint of a failed restore can be restored again.
 */
public abstract sealed class CriuException extends Exception
        permits CriuRefused,
                CriuCrashed,
                CriuMissing,
                ProtocolBroken,
                CheckpointAborted,
                CheckpointDamaged,
                CheckpointIncompatible {
    private static final long serialVersionUID = 1L;

    CriuException(String message, Throwable cause) {
        super(message, cause);
    }

    CriuException(String message) {
        super(message);
    }

    /** A short stable word for logs, metrics and scripts, such as {@code criu.refused.tcp-established}. */
    public abstract String code();

    /** One sentence that tells the user what to change. */
    public abstract String remedy();
}
