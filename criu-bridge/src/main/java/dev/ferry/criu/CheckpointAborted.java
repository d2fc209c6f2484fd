package dev.ferry.criu;

/**
 * Ferry itself gave a checkpoint or restore up: the disk was full, the writable layer could not be copied, the record could not be made
 * durable. The container of a checkpoint runs on; nothing of the attempt is left on disk.
 */
public final class CheckpointAborted extends CriuException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param during "checkpoint" or "restore"
     * @param why what failed
     * @param remedy what to do about it
     */
    public CheckpointAborted(String during, String why, String remedy, Throwable cause) {
        super(during + " given up: " + why + "; " + remedy, cause);
        this.remedy = remedy;
    }

    @Override
    public String code() {
        return "criu.aborted";
    }

    @Override
    public String remedy() {
        return remedy;
    }
}
