package dev.ferry.criu.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Reads a file once, from the start, and computes its record. It may be called while the file grows: {@link #advance} takes what is there.
 * One thread at a time.
 *
 * <p>CRC-32C runs at 7 GB/s a core and is kept by chunk, so that a restore can check a large file on all cores. Every flipped bit, and every
 * run of up to 32 wrong bits, changes it; other damage goes unseen once in 2^32 chunks.
 */
final class FileDigester implements AutoCloseable {
    /** Bytes per CRC-32C. Part of the manifest's version 1. */
    static final int CHUNK = 8 << 20;

    private static final int BUFFER = 256 << 10;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final CRC32C crc = new CRC32C();
    private final StringBuilder chunks = new StringBuilder();
    private long size;

    FileDigester(Path path) throws IOException {
        this.file = FileChannel.open(path, StandardOpenOption.READ);
    }

    /** How many chunks a file of that size has. */
    static int chunks(long size) {
        return Math.toIntExact((size + CHUNK - 1) / CHUNK);
    }

    /**
     * Takes in what has been appended since the last call.
     *
     * @param most how many bytes at most
     * @return number of bytes, 0 when nothing is new
     */
    long advance(long most) throws IOException {
        long taken = 0;
        while (taken < most) {
            int room = (int) Math.min(Math.min(BUFFER, most - taken), CHUNK - size % CHUNK);
            buffer.clear().limit(room);
            int got = file.read(buffer, size);
            if (got <= 0) {
                break;
            }
            crc.update(buffer.flip());
            size += got;
            taken += got;
            if (size % CHUNK == 0) {
                closeChunk();
            }
        }
        return taken;
    }

    private void closeChunk() {
        chunks.append(HexFormat.of().toHexDigits((int) crc.getValue()));
        crc.reset();
    }

    /** Bytes taken in so far. */
    long size() {
        return size;
    }

    /** Takes in the rest and ends. The digester cannot be used afterwards. */
    FileRecord finish(String name) throws IOException {
        advance(Long.MAX_VALUE);
        if (size % CHUNK != 0) {
            closeChunk();
        }
        return new FileRecord(name, size, chunks.toString());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
