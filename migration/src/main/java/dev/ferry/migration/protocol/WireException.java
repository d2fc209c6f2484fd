package dev.ferry.migration.protocol;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Another engine could not be talked to. */
public abstract sealed class WireException extends IOException permits WireBroken, WireRefused {
    private static final long serialVersionUID = 1;

    WireException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
