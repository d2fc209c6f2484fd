package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The thing asked for does not exist. */
public final class NotFound extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public NotFound(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public NotFound(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
