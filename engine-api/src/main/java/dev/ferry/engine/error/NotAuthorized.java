package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The caller has not shown who it is. */
public final class NotAuthorized extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public NotAuthorized(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public NotAuthorized(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
