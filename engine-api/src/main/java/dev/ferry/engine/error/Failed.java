package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** The engine tried and the machine refused; the cause carries the facts. */
public final class Failed extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public Failed(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public Failed(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
