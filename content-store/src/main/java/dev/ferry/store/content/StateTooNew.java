package dev.ferry.store.content;

import java.nio.file.Path;

/** A file of state was written by a newer version. It is left as it is. */
public final class StateTooNew extends ContentException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    public StateTooNew(Path file, int version, int known) {
        super("state file \"" + file + "\" has version " + version + ", this Ferry knows up to " + known
                + "; it was not changed: use the newer Ferry, or another root directory");
        this.file = file;
    }

    public Path file() {
        return file;
    }

    @Override
    public String code() {
        return "content.state-too-new";
    }
}
