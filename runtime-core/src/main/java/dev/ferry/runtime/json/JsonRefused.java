package dev.ferry.runtime.json;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A text that cannot be used. */
public abstract sealed class JsonRefused extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private JsonRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** It is no JSON: at which line and column, and why. */
    public static final class Syntax extends JsonRefused {
        @Serial
        private static final long serialVersionUID = 1;

        Syntax(int line, int column, String reason) {
            super("not JSON at line " + line + ", column " + column + ": " + reason, null);
        }
    }

    /** It is JSON, and something else is needed: at which place, and why. */
    public static final class Content extends JsonRefused {
        @Serial
        private static final long serialVersionUID = 1;

        Content(String place, String reason, @Nullable Throwable cause) {
            super("at \"" + place + "\": " + reason, cause);
        }
    }
}
