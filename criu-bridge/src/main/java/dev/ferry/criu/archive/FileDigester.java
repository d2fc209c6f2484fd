package dev.ferry.criu.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads a file once, from the start, and computes its record. It may be called while the file grows: {@link #advance} takes what is there.
 * One thread at a time.
 */
final class FileDigester implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final ChunkSums sums = new ChunkSums();

    FileDigester(Path path) throws IOException {
        this.file = FileChannel.open(path, StandardOpenOption.READ);
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
            buffer.clear().limit((int) Math.min(BUFFER, most - taken));
            int got = file.read(buffer, sums.size());
            if (got <= 0) {
                break;
            }
            sums.update(buffer.flip());
            taken += got;
        }
        return taken;
    }

    /** Bytes taken in so far. */
    long size() {
        return sums.size();
    }

    /** Takes in the rest and ends. The digester cannot be used afterwards. */
    FileRecord finish(String name) throws IOException {
        advance(Long.MAX_VALUE);
        return sums.finish(name);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
