package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.SyscallException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;

/**
 * Writes into a pipe or terminal that does not block, and sleeps while it is full: a thread inside the kernel would hold the
 * carrier of all virtual threads, a sleeping one does not.
 */
final class ProcessInput extends OutputStream {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMillis(16);

    private final ContainerProcess process;
    private final Fd fd;

    /** Borrows the descriptor. */
    ProcessInput(ContainerProcess process, Fd fd) {
        this.process = process;
        this.fd = fd;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int done = 0;
        Duration pause = SHORTEST;
        while (done < length) {
            if (process.exit().isPresent() || !fd.isOpen()) {
                throw new IOException("input of the container is closed");
            }
            try {
                done += OpenFiles.write(fd, bytes, offset + done, length - done);
                pause = SHORTEST;
            } catch (SyscallException e) {
                if (!e.is(Errno.EAGAIN)) {
                    throw e;
                }
                sleep(pause);
                pause = pause.compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.closeStdin();
    }

    private static void sleep(Duration pause) throws InterruptedIOException {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the container's input was full");
        }
    }
}
