package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The thing is in a state, or holds a name, that does not allow this now. */
public final class Conflict extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public Conflict(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public Conflict(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
