package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A monitor whose child is a CRIU that waits for a RESTORE request. Closing it without {@link #restored} abandons the restore.
 *
 * <p>Numbers for {@code inherit_fd}, in CRIU's process: {@link #STDIN}, {@link #STDOUT}, {@link #STDERR}, {@link #NETWORK}.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RestoringContainer implements AutoCloseable {
    /** For the key of standard input. */
    public static final int STDIN = 16;

    /** For the key of standard output. */
    public static final int STDOUT = 12;

    /** For the key of standard error. */
    public static final int STDERR = 13;

    /** For {@code extRootNetNS}. */
    public static final int NETWORK = 7;

    RestoringContainer() {}

    /** CRIU's process. */
    public int criuPid() {
        throw pending();
    }

    /** Our end of its request socket; borrowed. */
    public UnixSocket rpc() {
        throw pending();
    }

    /** Where CRIU finds the root file system, in its own mount namespace: the {@code root} of the request. */
    public Path root() {
        throw pending();
    }

    /** The images directory as CRIU's mount namespace has it, for {@code images_dir_fd}. */
    public Fd imagesDirectory() {
        throw pending();
    }

    /** The work directory likewise, for {@code work_dir_fd}. */
    public Fd workDirectory() {
        throw pending();
    }

    /** Hands the terminal's master, which CRIU sent, over to the monitor. */
    public void sendTtyMaster(Fd master) throws IOException {
        throw pending();
    }

    /** Puts input that was unread at the dump into the new pipe; to be called before RESTORE. */
    public void replayStdin(byte[] unread) throws IOException {
        throw pending();
    }

    /**
     * Notes who init is. To be called when CRIU says {@code post-restore}, before it is answered: from the answer on the
     * container runs, whatever becomes of the engine.
     */
    public ContainerProcess restored(int initPid) throws IOException {
        throw pending();
    }

    @Override
    public void close() {}

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException("not linked yet");
    }
}
