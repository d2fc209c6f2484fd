package dev.ferry.criu.archive;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The sums of a file's bytes as they come, from front to back.
 *
 * <p>CRC-32C runs at 7 GB/s a core and is kept by chunk, so that a restore can check a large file on all cores. Every flipped bit, and every
 * run of up to 32 wrong bits, changes it; other damage goes unseen once in 2^32 chunks.
 */
final class ChunkSums {
    /** Bytes per CRC-32C. Part of the manifest's version 1. */
    static final int CHUNK = 8 << 20;

    private final CRC32C crc = new CRC32C();
    private final StringBuilder sums = new StringBuilder();
    private long size;

    /** How many chunks a file of that size has. */
    static int chunks(long size) {
        return Math.toIntExact((size + CHUNK - 1) / CHUNK);
    }

    /** Takes all remaining bytes. */
    void update(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int limit = bytes.limit();
            int room = (int) Math.min(bytes.remaining(), CHUNK - size % CHUNK);
            bytes.limit(bytes.position() + room);
            crc.update(bytes);
            bytes.limit(limit);
            size += room;
            if (size % CHUNK == 0) {
                closeChunk();
            }
        }
    }

    private void closeChunk() {
        sums.append(HexFormat.of().toHexDigits((int) crc.getValue()));
        crc.reset();
    }

    /** Bytes taken so far. */
    long size() {
        return size;
    }

    /** The record of a file that ends here. */
    FileRecord finish(String name) {
        if (size % CHUNK != 0) {
            closeChunk();
        }
        return new FileRecord(name, size, sums.toString());
    }
}
