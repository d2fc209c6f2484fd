package dev.ferry.runtime.systemd;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What can go wrong between this runtime and systemd. */
public abstract sealed class SystemdException extends IOException permits BusUnusable, SystemdRefused, JobFailed {
    private static final long serialVersionUID = 1L;

    SystemdException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
