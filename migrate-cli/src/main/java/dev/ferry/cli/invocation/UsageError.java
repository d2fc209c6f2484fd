package dev.ferry.cli.invocation;

import org.jspecify.annotations.Nullable;

/** The command line asks for something that it can not ask for; exit code {@link ExitCode#USAGE}. */
public final class UsageError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageError(String message) {
        this(message, null);
    }

    public UsageError(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
