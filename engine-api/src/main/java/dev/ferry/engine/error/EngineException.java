package dev.ferry.engine.error;

import org.jspecify.annotations.Nullable;

/**
 * A request that the engine does not fulfil, with the reason the caller may see.
 *
 * <p>Sealed, so that the place that turns a kind into a status has one exhaustive {@code switch}: a new kind does not compile
 * until it has a status.
 */
public abstract sealed class EngineException extends RuntimeException
        permits InvalidRequest,
                NotAuthorized,
                Forbidden,
                NotFound,
                Conflict,
                NotModified,
                Unsupported,
                Unavailable,
                Failed {

    private static final long serialVersionUID = 1L;

    private final String code;

    EngineException(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** A short stable word for this failure, such as {@code container.name-taken}. */
    public final String code() {
        return code;
    }

    /** The message, which is never absent. */
    @Override
    public final String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
