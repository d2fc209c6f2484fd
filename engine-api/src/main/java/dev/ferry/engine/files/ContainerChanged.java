package dev.ferry.engine.files;

import dev.ferry.engine.error.Conflict;
import java.io.IOException;

/** A container is no longer what it was when work on its files began, and what was written since may be lost. */
final class ContainerChanged extends IOException {
    private static final long serialVersionUID = 1L;

    ContainerChanged(String message) {
        super(message);
    }

    Conflict asConflict() {
        return new Conflict("file.container-changed", String.valueOf(getMessage()), this);
    }
}
