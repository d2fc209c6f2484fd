package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.UnixSocket;
import dev.ferry.runtime.monitor.MonitorFd;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A monitor whose child is a CRIU that waits for a RESTORE request. Closing it without {@link #restored} abandons the restore.
 *
 * <p>Numbers for {@code inherit_fd}, in CRIU's process: {@link #STDIN}, {@link #STDOUT}, {@link #STDERR}, {@link #NETWORK}.
 */
public final class RestoringContainer implements AutoCloseable {
    /** For the key of standard input. */
    public static final int STDIN = 16;

    /** For the key of standard output. */
    public static final int STDOUT = 12;

    /** For the key of standard error. */
    public static final int STDERR = 13;

    /** For {@code extRootNetNS}. */
    public static final int NETWORK = 7;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SIGKILL = 9;

    private final Path directory;
    private final MonitorState state;
    private final PidFd monitor;
    private final UnixSocket rpc;
    private final @Nullable UnixSocket terminal;
    private final Path root;
    private final Directories directories;
    private final ExitWatch watch;
    private @Nullable Fd master;
    private boolean handedOver;
    private boolean closed;

    /** CRIU's directories, as descriptors of ours. */
    record Directories(Fd images, Fd work) {}

    /** Takes everything but the watch over. */
    RestoringContainer(
            Path directory,
            MonitorState state,
            PidFd monitor,
            UnixSocket rpc,
            @Nullable UnixSocket terminal,
            Path root,
            Directories directories,
            ExitWatch watch) {
        this.directory = directory;
        this.state = state;
        this.monitor = monitor;
        this.rpc = rpc;
        this.terminal = terminal;
        this.root = root;
        this.directories = directories;
        this.watch = watch;
    }

    /** CRIU's process. */
    public int criuPid() {
        return state.child() == null ? 0 : state.child().pid();
    }

    /** Whose child the container will be; borrowed. It ends after CRIU and after the container, or something has killed it. */
    public PidFd monitor() {
        return monitor;
    }

    /** Our end of its request socket; borrowed. */
    public UnixSocket rpc() {
        return rpc;
    }

    /** Where CRIU finds the root file system, in its own mount namespace: the {@code root} of the request. */
    public Path root() {
        return root;
    }

    /** The images directory as CRIU's mount namespace has it, for {@code images_dir_fd}; borrowed. */
    public Fd imagesDirectory() {
        return directories.images();
    }

    /** The work directory likewise, for {@code work_dir_fd}; borrowed. */
    public Fd workDirectory() {
        return directories.work();
    }

    /** Hands the terminal's master, which CRIU sent, over to the monitor, and keeps a copy for the container's input. */
    public void sendTtyMaster(Fd master) throws IOException {
        if (terminal == null) {
            throw new IOException("container \"%s\" is restored without a terminal".formatted(state.id()));
        }
        terminal.send(new byte[] {1}, master);
        if (this.master != null) {
            this.master.close();
        }
        this.master = master.duplicateAtLeast(0);
    }

    /** Puts input that was unread at the dump into the new pipe; to be called before RESTORE. */
    public void replayStdin(byte[] unread) throws IOException {
        if (unread.length == 0) {
            return;
        }
        try (Fd input = monitor.getFd(MonitorFd.STDIN_WRITE.number())) {
            OpenFiles.writeFully(input, unread);
        }
    }

    /**
     * Notes who init is. To be called when CRIU says {@code post-restore}, before it is answered: from the answer on the
     * container runs, whatever becomes of the engine.
     */
    public ContainerProcess restored(int initPid) throws IOException {
        MonitorState complete = state.withInit(ContainerLauncher.identity(initPid));
        PidFd init = PidFd.open(initPid);
        boolean done = false;
        try {
            complete.write(directory);
            var process = new ContainerProcess(directory, complete, monitor, init, null, watch);
            if (master != null) {
                // its monitor may not have come to take it yet
                process.takeInput(master);
                master = null;
            }
            handedOver = true;
            done = true;
            return process;
        } finally {
            if (!done) {
                init.close();
            }
        }
    }

    /**
     * Ends what a CRIU that was killed leaves below the monitor: tasks that are half made and that nobody would end. The monitor ends
     * behind them.
     */
    public void endChildren() throws IOException {
        for (int child : Adoption.children(monitor.pid())) {
            try (PidFd process = PidFd.open(child)) {
                process.sendSignal(SIGKILL);
            } catch (SyscallException e) {
                if (!e.is(Errno.ESRCH)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Closes the conversation with CRIU. Before {@link #restored} this abandons the restore and waits until nothing of it is left;
     * afterwards CRIU finishes by itself and the container goes on.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rpc.close();
        if (terminal != null) {
            terminal.close();
        }
        directories.images().close();
        directories.work().close();
        if (master != null) {
            master.close();
        }
        if (handedOver) {
            return;
        }
        try (monitor) {
            if (!monitor.awaitExit(PATIENCE)) {
                endChildren();
                monitor.awaitExit(PATIENCE);
            }
            ExitWatch.reap(monitor.pid());
        } catch (IOException e) {
            throw new IllegalStateException("cannot wait for monitor " + monitor.pid(), e);
        }
    }
}
