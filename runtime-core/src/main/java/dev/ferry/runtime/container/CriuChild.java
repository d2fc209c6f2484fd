package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.UnixSocket;
import java.util.Optional;

/** A CRIU process that waits for requests; closing it ends and reaps it. */
@SuppressWarnings("DoNotCallSuggester")
public final class CriuChild implements AutoCloseable {

    CriuChild() {}

    public int pid() {
        throw pending();
    }

    /** Our end of its request socket; borrowed. */
    public UnixSocket rpc() {
        throw pending();
    }

    /** The images directory as CRIU's mount namespace has it, for {@code images_dir_fd}. */
    public Optional<Fd> imagesDirectory() {
        throw pending();
    }

    /** The work directory likewise, for {@code work_dir_fd}. */
    public Fd workDirectory() {
        throw pending();
    }

    @Override
    public void close() {}

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException("not linked yet");
    }
}
