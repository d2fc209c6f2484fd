package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/** Something the engine needs for this is not there now; it may work later. */
public final class Unavailable extends EngineException {

    private static final long serialVersionUID = 1L;

    /** With the short stable word and the text for people. */
    public Unavailable(String code, String message) {
        this(code, message, null);
    }

    /** The same with the failure that led here. */
    public Unavailable(String code, String message, @Nullable Throwable cause) {
        super(code, message, cause);
    }
}
