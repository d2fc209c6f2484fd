package dev.ferry.criu.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Reads a file once, from the start, and computes its record. It may be called while the file grows: {@link #advance} takes what is there.
 * One thread at a time.
 *
 * <p>SHA-256 is the file's identity and runs at about 1.3 GB/s a core; CRC-32C runs about five times as fast and is kept by chunk, so that a
 * restore can check a large file on all cores within a few milliseconds of reading it.
 */
final class FileDigester implements AutoCloseable {
    /** Bytes per CRC-32C. Part of the manifest's version 1. */
    static final int CHUNK = 8 << 20;

    private static final int BUFFER = 256 << 10;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private final MessageDigest sha256;
    private final CRC32C crc = new CRC32C();
    private final StringBuilder chunks = new StringBuilder();
    private long size;

    FileDigester(Path path) throws IOException {
        this.sha256 = sha256();
        this.file = FileChannel.open(path, StandardOpenOption.READ);
    }

    /** A fresh SHA-256. */
    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** How many chunks a file of that size has. */
    static int chunks(long size) {
        return Math.toIntExact((size + CHUNK - 1) / CHUNK);
    }

    /** Takes in what has been appended since the last call. @return number of bytes, 0 when nothing is new */
    long advance() throws IOException {
        long taken = 0;
        while (true) {
            int room = (int) Math.min(BUFFER, CHUNK - size % CHUNK);
            buffer.clear().limit(room);
            int got = file.read(buffer, size);
            if (got <= 0) {
                return taken;
            }
            sha256.update(buffer.array(), 0, got);
            crc.update(buffer.array(), 0, got);
            size += got;
            taken += got;
            if (size % CHUNK == 0) {
                closeChunk();
            }
        }
    }

    private void closeChunk() {
        chunks.append(HexFormat.of().toHexDigits((int) crc.getValue()));
        crc.reset();
    }

    /** Takes in the rest and ends. The digester cannot be used afterwards. */
    FileRecord finish(String name) throws IOException {
        advance();
        if (size % CHUNK != 0) {
            closeChunk();
        }
        return new FileRecord(name, size, HexFormat.of().formatHex(sha256.digest()), chunks.toString());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
