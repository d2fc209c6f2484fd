package dev.ferry.criu;

import java.nio.file.Path;

/** A file of a checkpoint is missing, has another size or other bytes than its manifest says. CRIU has not seen a byte of it. */
public final class CheckpointDamaged extends CriuException {
    private static final long serialVersionUID = 1L;

    private final transient Path directory;
    private final String file;

    /**
     * @param file name inside the directory
     * @param what "is missing", "has 12 bytes instead of 4096"
     */
    public CheckpointDamaged(Path directory, String file, String what) {
        super("checkpoint \"" + directory.getFileName() + "\" is damaged: \"" + file + "\" " + what
                + "; restore another checkpoint of this container");
        this.directory = directory;
        this.file = file;
    }

    public Path directory() {
        return directory;
    }

    /** Name of the damaged file, relative to the checkpoint's directory. */
    public String file() {
        return file;
    }

    @Override
    public String code() {
        return "checkpoint.damaged";
    }

    @Override
    public String remedy() {
        return "restore another checkpoint of this container";
    }
}
