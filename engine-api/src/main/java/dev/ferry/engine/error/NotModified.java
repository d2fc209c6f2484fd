package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The thing already is as asked; nothing was done. */
public final class NotModified extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public NotModified(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public NotModified(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
