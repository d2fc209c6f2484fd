package dev.ferry.store.files;

import java.io.IOException;

/** Nothing is at a path of a container. */
public final class NoSuchPath extends IOException {
    private static final long serialVersionUID = 1L;

    public NoSuchPath(String path, Throwable cause) {
        super("\"" + path + "\" does not exist in the container", cause);
    }
}
