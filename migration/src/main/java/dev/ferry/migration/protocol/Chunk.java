package dev.ferry.migration.protocol;

import java.nio.ByteBuffer;

/**
 * Bytes of one stream of a migration.
 *
 * @param stream {@code blob/sha256:…}, {@code log}, or {@code dump/} and the name of a checkpoint's file
 * @param offset of the first byte in the stream; what comes twice is the same twice
 * @param bytes at most {@link #MAXIMUM}; the sink may read them only until it returns
 */
public record Chunk(String migration, String stream, long offset, ByteBuffer bytes) {
    /** Large enough that a chunk's own cost does not count, small enough that a request does not wait long behind it. */
    public static final int MAXIMUM = 256 << 10;
}
