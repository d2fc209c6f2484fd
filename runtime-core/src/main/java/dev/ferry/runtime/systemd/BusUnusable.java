package dev.ferry.runtime.systemd;

import org.jspecify.annotations.Nullable;

/** Nobody is at the other end, or it is silent, or what it says is not D-Bus. */
public final class BusUnusable extends SystemdException {
    private static final long serialVersionUID = 1L;

    BusUnusable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
