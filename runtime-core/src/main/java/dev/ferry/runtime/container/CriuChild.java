package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixSocket;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A CRIU process that waits for requests; closing it ends and reaps it. */
public final class CriuChild implements AutoCloseable {
    /** A CRIU whose client is gone ends by itself, after it has put right what it was at. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int SIGKILL = 9;

    private final PidFd process;
    private final UnixSocket rpc;
    private final @Nullable Fd images;
    private final Fd work;
    private boolean closed;

    /** Takes everything over. */
    CriuChild(PidFd process, UnixSocket rpc, Optional<Fd> images, Fd work) {
        this.process = process;
        this.rpc = rpc;
        this.images = images.orElse(null);
        this.work = work;
    }

    /** Its number in the engine's pid namespace. */
    public int pid() {
        return process.pid();
    }

    /** Our end of its request socket; borrowed. */
    public UnixSocket rpc() {
        return rpc;
    }

    /** The images directory as CRIU's mount namespace has it, for {@code images_dir_fd}; borrowed. */
    public Optional<Fd> imagesDirectory() {
        return Optional.ofNullable(images);
    }

    /** The work directory likewise, for {@code work_dir_fd}; borrowed. */
    public Fd workDirectory() {
        return work;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rpc.close();
        work.close();
        if (images != null) {
            images.close();
        }
        try (process) {
            if (!process.awaitExit(PATIENCE)) {
                process.sendSignal(SIGKILL);
                process.awaitExit(PATIENCE);
            }
            ExitWatch.reap(process.pid());
        } catch (SyscallException e) {
            throw new IllegalStateException("cannot wait for CRIU process " + process.pid(), e);
        }
    }
}
