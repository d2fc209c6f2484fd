package dev.ferry.migration.session;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The container that comes, as its engine gives it to a {@link TargetSession}. */
public interface Arriving {

    /** Where its log is written; the directory exists. */
    Path log();

    /** Where the dump is written; does not exist yet. */
    Path dump();

    /** Everything that can be made before the bytes of the memory are there. The blobs are in the content store. */
    void prepare(Digest image, List<String> names) throws IOException;

    /**
     * Restores it. Returns when it runs.
     *
     * @param checked whether the sums of all files have been compared already
     * @param gate is passed when everything is in place and nothing runs; an exception there calls the restore off
     */
    void restore(CheckpointDirectory directory, boolean checked, Gate gate) throws IOException;

    /** Where a restore waits for the hand-over. */
    @FunctionalInterface
    interface Gate {
        void pass() throws IOException;
    }

    /** It will never run here: everything of it goes. */
    void discard();

    /** It runs here for good. */
    void stay();
}
