package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The request contradicts itself, the format or the rules: another request is needed. */
public final class InvalidRequest extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public InvalidRequest(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public InvalidRequest(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
