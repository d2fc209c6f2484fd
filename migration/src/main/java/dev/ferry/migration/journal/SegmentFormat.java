package dev.ferry.migration.journal;

import java.io.IOException;
import java.nio.file.Path;

/** How a segment lies on the disk. */
public interface SegmentFormat {
    /** How the names of segments end, the dot included. */
    String suffix();

    /** Begins a segment. What has that name already holds no whole entry and is replaced. The directory it is in is synced by the caller. */
    Segment create(Path path) throws IOException;

    /** Hands everything in a segment over, from front to back. */
    void read(Path path, SegmentReader reader) throws IOException;

    /** Takes a segment away. */
    void delete(Path path) throws IOException;
}
