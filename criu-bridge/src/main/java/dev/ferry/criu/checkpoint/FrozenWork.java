package dev.ferry.criu.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
import java.io.IOException;

/**
 * What the owner of the container saves of the same instant as CRIU saves its memory: the writable layer, above all. Called once every process
 * of the container stands still; the container waits for it, so it should copy and do nothing else. Files that it writes into the directory
 * become part of the checkpoint, with size and digest.
 */
@FunctionalInterface
public interface FrozenWork {
    /** Saves nothing: for containers whose files are kept elsewhere. */
    FrozenWork NONE = directory -> {};

    /**
     * Writes files into the checkpoint's directory.
     *
     * @throws IOException calls the checkpoint off; the container runs on
     */
    void save(CheckpointDirectory directory) throws IOException;
}
