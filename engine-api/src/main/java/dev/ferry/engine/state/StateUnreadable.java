package dev.ferry.engine.state;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A state file exists and cannot be used; it was left as it is. */
public final class StateUnreadable extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the file. */
    public enum Kind {
        /** Not a whole record: cut short, garbled, or of another kind. */
        TORN,
        /** Written by a later Ferry in a format that this one does not know. */
        NEWER
    }

    private final String file;
    private final Kind kind;

    StateUnreadable(Path file, Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.file = file.toString();
        this.kind = kind;
    }

    /** The file, untouched. */
    public Path file() {
        return Path.of(file);
    }

    /** What is wrong with it. */
    public Kind kind() {
        return kind;
    }
}
