package dev.ferry.cli.invocation;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A command can not do its work for a reason of its own; the text has cause, object and remedy. */
public final class Refusal extends IOException {
    private static final long serialVersionUID = 1;

    public Refusal(String message) {
        this(message, null);
    }

    public Refusal(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
