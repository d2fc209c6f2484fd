package dev.ferry.store.files;

import java.io.IOException;

/** A path of a container is there and is not what is needed. */
public final class PathRefused extends IOException {
    private static final long serialVersionUID = 1L;

    public PathRefused(String message) {
        super(message);
    }

    public PathRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
