package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The caller is known and may not do this. */
public final class Forbidden extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public Forbidden(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public Forbidden(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
