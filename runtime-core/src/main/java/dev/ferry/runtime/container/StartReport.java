package dev.ferry.runtime.container;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The FIFO where a container says what became of its start, from the side that listens. fifo(7)
 *
 * <p>It is read with the means of Java alone: whoever starts a container has nothing else to ask of the C library, and linking that would be a
 * third of the call's whole cost. Java's reads have no deadline, so a thread of its own reads, which ends with the channel.
 */
final class StartReport implements AutoCloseable {
    private final FileChannel channel;

    private StartReport(FileChannel channel) {
        this.channel = channel;
    }

    static StartReport open(Path fifo) throws IOException {
        return new StartReport(openEnd(fifo, StandardOpenOption.READ));
    }

    /**
     * Opens one end, whether or not somebody has the other. Opening both at once never waits on Linux, and while that stands, one end does not
     * either.
     */
    static FileChannel openEnd(Path fifo, StandardOpenOption end) throws IOException {
        FileChannel both = FileChannel.open(fifo, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return FileChannel.open(fifo, end);
        } finally {
            both.close();
        }
    }

    /** At most that many bytes; none when every writer is gone, as after an exec. */
    byte[] await(int bytes, Duration patience) throws IOException {
        var reading = new Reading(bytes);
        reading.start();
        try {
            if (!reading.join(patience)) {
                throw new IOException("the container did not start within " + patience.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a container started");
        }
        return reading.result();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private final class Reading extends Thread {
        private final ByteBuffer said;
        private @Nullable IOException failure;

        Reading(int bytes) {
            super("start report");
            said = ByteBuffer.allocate(bytes);
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                channel.read(said);
            } catch (IOException e) {
                failure = e;
            }
        }

        /** Once it has ended. */
        byte[] result() throws IOException {
            if (failure != null) {
                throw new IOException("what the container says of its start cannot be read", failure);
            }
            return Arrays.copyOf(said.array(), said.position());
        }
    }
}
