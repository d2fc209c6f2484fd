package dev.ferry.migration.session;

import dev.ferry.criu.archive.CheckpointDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** The container that leaves, as its engine gives it to a {@link SourceSession}. */
public interface Departing {

    /** A blob of its image. The caller closes it. */
    FileChannel blob(String digest) throws IOException;

    /**
     * Where its output goes.
     *
     * @throws IOException when there is no such container any more
     */
    Path log() throws IOException;

    /**
     * Dumps it and lets it end, in the order that {@link Talk} says. When it returns the container has ended; when it throws and
     * {@link Talk#commit} has not returned, the container runs as before.
     */
    void dump(Talk talk) throws IOException;

    /** What the dump tells the session. An exception calls the dump off. */
    interface Talk {
        /** CRIU is asked for the dump next; its files will appear below that directory. */
        void begin(CheckpointDirectory directory) throws IOException;

        /**
         * The dump is complete, and nothing of the container can go on by itself. When this returns the container is handed over and ends.
         *
         * @param logSize how long its log is at that instant
         */
        void commit(CheckpointDirectory directory, long logSize) throws IOException;
    }

    /** The migration has come to nothing: what was prepared for it goes, the container is as it was. */
    void stay();

    /** The target runs it: nothing is left to do for it here. */
    void leave();
}
