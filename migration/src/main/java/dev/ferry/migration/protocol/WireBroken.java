package dev.ferry.migration.protocol;

import org.jspecify.annotations.Nullable;

/** The connection could not be made or has ended. Another may work. */
public final class WireBroken extends WireException {
    private static final long serialVersionUID = 1;

    public WireBroken(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
