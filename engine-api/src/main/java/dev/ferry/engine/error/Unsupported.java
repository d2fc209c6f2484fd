package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** This engine, kernel or CRIU cannot do this; the text names the remedy. */
public final class Unsupported extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public Unsupported(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public Unsupported(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
