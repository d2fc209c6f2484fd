package dev.ferry.migration.protocol;

import org.jspecify.annotations.Nullable;

/** The other side is not who it should be, does not know us, or speaks another version. Trying again changes nothing. */
public final class WireRefused extends WireException {
    private static final long serialVersionUID = 1;

    private final String code;

    public WireRefused(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** For programs: {@code wire.version}, {@code wire.certificate}, {@code wire.unknown-peer}. */
    public String code() {
        return code;
    }
}
