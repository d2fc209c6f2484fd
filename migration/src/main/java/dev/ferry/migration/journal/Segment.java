package dev.ferry.migration.journal;

import java.io.IOException;
import java.util.List;

/** The part of a journal that is being written. Used by one thread at a time. */
public interface Segment extends AutoCloseable {
    /** Appends encoded entries; they are durable when it returns. */
    void write(List<byte[]> entries) throws IOException;

    /** Whether the next entries had better go into a new segment. */
    boolean isLarge();

    @Override
    void close() throws IOException;
}
