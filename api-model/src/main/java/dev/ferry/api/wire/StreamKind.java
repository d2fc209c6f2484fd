package dev.ferry.api.wire;

import java.util.Optional;

/** Which of a container's streams a frame belongs to; each has its number on the wire. */
public enum StreamKind {
    STDIN(0),
    STDOUT(1),
    STDERR(2),
    /** The engine's own error about the stream. */
    SYSTEM_ERROR(3);

    private static final StreamKind[] KINDS = values();

    private final int number;

    StreamKind(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public static Optional<StreamKind> of(int number) {
        return number >= 0 && number < KINDS.length ? Optional.of(KINDS[number]) : Optional.empty();
    }
}
