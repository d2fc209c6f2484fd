package dev.ferry.bench.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** Beats that come out of a named pipe, read by a thread of its own. Remembers the last of them. */
final class PipeBeats implements Beats, AutoCloseable {
    /** At one in two milliseconds, some minutes. */
    private static final int REMEMBERED = 100_000;

    private final Path pipe;
    private final FileChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Instant> times = new ArrayDeque<>();

    PipeBeats(Path pipe) throws IOException {
        this.pipe = pipe;
        // open for both, so that it does not end with its first writer. fifo(7)
        this.channel = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Thread.ofPlatform().daemon().name("beats").start(this::read);
    }

    private void read() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        try {
            while (channel.read(buffer.clear()) > 0) {
                Instant now = Instant.now();
                lock.lock();
                try {
                    times.add(now);
                    if (times.size() > REMEMBERED) {
                        times.remove();
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (AsynchronousCloseException e) {
            // nobody wants to know any more
        } catch (IOException e) {
            // whoever waits for a beat finds out that none comes
            times.clear();
        }
    }

    @Override
    public List<Instant> since(Instant from) {
        lock.lock();
        try {
            return times.stream().filter(time -> !time.isBefore(from)).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return pipe.toString();
    }
}
