package dev.ferry.store.content;

import java.nio.file.Path;

/** A file of state cannot be read as what it should be. It is left as it is, so that nothing more is lost. */
public final class StateDamaged extends ContentException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    public StateDamaged(Path file, String why, Throwable cause) {
        super(
                "state file \"" + file + "\" is damaged (" + why
                        + "); it was not changed: restore it from a backup, or move it"
                        + " away to begin with an empty one",
                cause);
        this.file = file;
    }

    public Path file() {
        return file;
    }

    @Override
    public String code() {
        return "content.state-damaged";
    }
}
