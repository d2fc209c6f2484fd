package dev.ferry.store.archive;

import java.io.IOException;

/** An archive is damaged, tries to leave its directory, or exceeds a limit. */
public final class ArchiveRefused extends IOException {
    private static final long serialVersionUID = 1L;

    public ArchiveRefused(String message) {
        super(message);
    }

    public ArchiveRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
