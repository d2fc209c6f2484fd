package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.DeviceControl;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.StageStamp;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The engine's handle on one incarnation of a container, or on a further process in one. Closing it lets go of descriptors; what
 * runs goes on running. May be used by several threads.
 */
public final class ContainerProcess implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final long PF_EXITING = 0x4;
    private static final long LOOK_AGAIN_NANOS = 200_000;
    private static final Pattern POLLING =
            Pattern.compile(Architecture.host().numberOf(Syscall.PPOLL) + " 0x[0-9a-f]+ 0x[1-9a-f]");

    private final Path directory;
    private final MonitorState state;
    private final @Nullable PidFd monitor;
    private final @Nullable PidFd init;
    private final ExitWatch watch;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object lock = new Object();
    private final List<Consumer<ExitRecord>> listeners = new ArrayList<>();
    private volatile @Nullable ExitRecord record;
    private volatile @Nullable String lost;
    private volatile List<StageStamp> stamps = List.of();
    private @Nullable StartGate gate;
    private @Nullable Fd input;
    private boolean closed;

    /** A live one: takes over the handles and the gate, and is told of the end by the watch. */
    ContainerProcess(
            Path directory,
            MonitorState state,
            PidFd monitor,
            @Nullable PidFd init,
            @Nullable StartGate gate,
            ExitWatch watch)
            throws SyscallException {
        this.directory = directory;
        this.state = state;
        this.monitor = monitor;
        this.init = init;
        this.gate = gate;
        this.watch = watch;
        watch.add(monitor, this::monitorEnded);
    }

    /** One that is over. */
    ContainerProcess(Path directory, MonitorState state, ExitRecord record, @Nullable String lost, ExitWatch watch) {
        this.directory = directory;
        this.state = state;
        this.monitor = null;
        this.init = null;
        this.watch = watch;
        this.record = record;
        this.lost = lost;
        ended.countDown();
    }

    /** Where this incarnation's state is kept. */
    public Path directory() {
        return directory;
    }

    /** The container's first process, or the one that was added, as the engine's pid namespace numbers it; 0 if unknown. */
    public int initPid() {
        return state.init() == null ? 0 : state.init().pid();
    }

    /** The monitor, as the engine's pid namespace numbers it. */
    public int monitorPid() {
        return state.monitor().pid();
    }

    /** Whether there is a terminal instead of pipes. */
    public boolean hasTerminal() {
        return state.terminal();
    }

    /** Looks anew. */
    public Status status() {
        ExitRecord over = record;
        if (over == null) {
            synchronized (lock) {
                return gate == null ? new Status.Running() : new Status.Created();
            }
        }
        String reason = lost;
        return reason == null ? new Status.Exited(over) : new Status.Lost(reason);
    }

    /**
     * Opens the gate and returns when the program has been executed. A second call does nothing.
     *
     * @throws StartFailed when it could not be; nothing of it runs then
     */
    public void start() throws StartFailed, IOException {
        StartGate closedGate;
        synchronized (lock) {
            closedGate = gate;
        }
        if (closedGate == null) {
            return;
        }
        try {
            closedGate.open();
        } catch (StepFailed e) {
            awaitEndQuietly();
            throw StartFailed.of(e, closedGate.program());
        } catch (SpawnException e) {
            throw new IOException("container did not start: " + e.getMessage(), e);
        } finally {
            synchronized (lock) {
                gate = null;
            }
        }
        stamps = closedGate.stamps();
    }

    private void awaitEndQuietly() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end; also right when it is long over. A lost container has an exit record with a failure. */
    public ExitRecord awaitExit() throws InterruptedException {
        ended.await();
        ExitRecord over = record;
        if (over == null) {
            throw new AssertionError("ended without a record");
        }
        return over;
    }

    /** Waits for the end for a while. */
    public boolean endsWithin(Duration patience) throws InterruptedException {
        return ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Whether it is past saving: it has ended, is on its way out (PF_EXITING among the flags of its stat), or SIGKILL is on its way to
     * it. proc_pid_stat(5), proc_pid_status(5)
     */
    public boolean isEnding() {
        if (record != null) {
            return true;
        }
        Path proc = Path.of("/proc/" + initPid());
        try {
            String stat = Files.readString(proc.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 8);
            return (Long.parseLong(fields[6]) & PF_EXITING) != 0
                    || Files.readAllLines(proc.resolve("status")).stream().anyMatch(ContainerProcess::holdsSigkill);
        } catch (IOException gone) {
            return true;
        }
    }

    private static boolean holdsSigkill(String line) {
        return (line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
                && (Long.parseUnsignedLong(
                                                line.substring(line.indexOf('\t') + 1)
                                                        .strip(),
                                                16)
                                        >> (SIGKILL - 1)
                                & 1)
                        != 0;
    }

    /** How it ended; empty while it has not. */
    public Optional<ExitRecord> exit() {
        return Optional.ofNullable(record);
    }

    /** Calls back once when it has ended, at once if it already has. The callback must be short and must not throw. */
    public void onExit(Consumer<ExitRecord> listener) {
        synchronized (lock) {
            if (record == null) {
                listeners.add(listener);
                return;
            }
        }
        ExitRecord over = record;
        if (over != null) {
            listener.accept(over);
        }
    }

    /** Sends a signal to the process; one that has ended is no error. */
    public void signal(int signo) throws IOException {
        if (init == null || record != null) {
            return;
        }
        try {
            init.sendSignal(signo);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    /**
     * What the process reads: its pipe, or its terminal. Writing waits while the process does not read, without holding a
     * carrier of virtual threads, and fails when it is over. Closing the stream is {@link #closeStdin}.
     */
    public OutputStream stdin() throws IOException {
        if (!state.keepsStdin() && !state.terminal()) {
            throw new IOException("container \"%s\" was started without an input".formatted(state.id()));
        }
        return new ProcessInput(this, inputFd());
    }

    /** Lets the process see the end of its input. Of a terminal there is no end: nothing happens. */
    public void closeStdin() throws IOException {
        if (state.terminal() || !state.keepsStdin() || monitor == null || record != null) {
            return;
        }
        synchronized (lock) {
            if (input != null) {
                input.close();
            }
        }
        try (Fd control = monitor.getFd(MonitorFd.CONTROL_WRITE.number())) {
            OpenFiles.writeFully(control, new byte[] {1});
        } catch (SyscallException e) {
            if (!isOver(e)) {
                throw e;
            }
        }
    }

    /** Sets the terminal's size; without a terminal nothing happens. */
    public void resize(int rows, int columns) throws IOException {
        if (!state.terminal() || record != null) {
            return;
        }
        try {
            DeviceControl.resize(inputFd(), new DeviceControl.WindowSize(rows, columns));
        } catch (SyscallException e) {
            if (!isOver(e)) {
                throw e;
            }
        }
    }

    /** The keys by which CRIU knows the stdio pipes: descriptor 0 to 2 to {@code pipe:[inode]}. Empty with a terminal. */
    public Map<Integer, String> stdioInodes() throws IOException {
        var inodes = new LinkedHashMap<Integer, String>();
        if (!state.terminal()) {
            if (state.keepsStdin()) {
                inodes.put(0, link(MonitorFd.STDIN_WRITE));
            }
            inodes.put(1, link(MonitorFd.STDOUT_READ));
            inodes.put(2, link(MonitorFd.STDERR_READ));
        }
        return inodes;
    }

    /**
     * A read end of the input pipe, for taking what the frozen process has not read. It does not block. Close it before the process
     * runs on. Opened anew through /proc, so it does not matter what the process has done with its own descriptors; empty when
     * the input has been closed.
     */
    public Optional<Fd> stdinReader() throws IOException {
        if (state.terminal()
                || !state.keepsStdin()
                || record != null
                || !link(MonitorFd.STDIN_WRITE).startsWith("pipe:")) {
            return Optional.empty();
        }
        return Optional.of(OpenFiles.open(proc(MonitorFd.STDIN_WRITE), OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK));
    }

    /** When the stages began; empty unless asked for. */
    public List<StageStamp> stamps() {
        return stamps;
    }

    /** Lets go of every descriptor; a container that waits at its gate is abandoned by that. */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            if (gate != null) {
                gate.close();
                gate = null;
            }
            if (input != null) {
                input.close();
            }
        }
        if (monitor != null) {
            watch.release(monitor);
        }
        if (init != null) {
            init.close();
        }
    }

    MonitorState state() {
        return state;
    }

    @Nullable
    PidFd init() {
        return init;
    }

    /** On the watching thread. */
    private void monitorEnded() {
        ExitRecord over;
        try {
            over = ExitRecord.read(directory).orElse(null);
        } catch (IOException e) {
            over = null;
            lost = "exit record unreadable: " + e.getMessage();
        }
        if (over == null) {
            if (lost == null) {
                lost = "monitor " + monitorPid() + " ended without a record";
            }
            endOrphan();
            over = ExitRecord.lost(Instant.now());
        }
        List<Consumer<ExitRecord>> told;
        synchronized (lock) {
            record = over;
            told = List.copyOf(listeners);
            listeners.clear();
        }
        ended.countDown();
        ExitRecord last = over;
        told.forEach(listener -> listener.accept(last));
    }

    /** Without its monitor nobody reads what it writes or learns how it ends: it must not go on. */
    private void endOrphan() {
        try {
            if (init != null) {
                init.sendSignal(SIGKILL);
            }
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                lost = lost + "; its process could not be ended: " + e.getMessage();
            }
        }
    }

    /** Gives it the terminal's master; takes it over. */
    void takeInput(Fd master) {
        synchronized (lock) {
            if (input != null) {
                input.close();
            }
            input = master;
        }
    }

    /**
     * Waits until everything that the container has written stands in its log, whose length then stays until a process goes on. Preconditions:
     * its processes stand still. The pipes are empty when the monitor has read everything, and when it waits for more it has written what it
     * has read. There is nothing that tells of either, so it is looked at.
     *
     * @throws IOException when it takes longer, because the log's disk is full or stuck
     */
    public void awaitDrained(Duration deadline) throws IOException {
        long end = System.nanoTime() + deadline.toNanos();
        PidFd of = monitor;
        while (of != null && record == null && !(isEmpty(of) && monitorWaits())) {
            if (System.nanoTime() - end >= 0) {
                throw new IOException(
                        "the output of container \"%s\" did not reach its log within %d ms; see whether the log's disk is full"
                                .formatted(state.id(), deadline.toMillis()));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private boolean isEmpty(PidFd of) throws IOException {
        return isEmpty(of, MonitorFd.STDOUT_READ) && (state.terminal() || isEmpty(of, MonitorFd.STDERR_READ));
    }

    private static boolean isEmpty(PidFd of, MonitorFd output) throws IOException {
        try (Fd fd = of.getFd(output.number())) {
            return DeviceControl.readableBytes(fd) == 0;
        } catch (SyscallException e) {
            if (isOver(e) || e.is(Errno.ENOTTY)) {
                return true;
            }
            throw e;
        }
    }

    /** Whether the monitor is inside ppoll(2) with its descriptors; without any it waits for a full disk. proc_pid_syscall(5) */
    private boolean monitorWaits() throws IOException {
        String call = Files.readString(Path.of("/proc/" + monitorPid() + "/syscall"));
        return POLLING.matcher(call).lookingAt();
    }

    private Fd inputFd() throws IOException {
        synchronized (lock) {
            if (monitor == null || record != null) {
                throw new IOException("container \"%s\" is over".formatted(state.id()));
            }
            if (input == null || !input.isOpen()) {
                input = monitor.getFd((state.terminal() ? MonitorFd.TTY_MASTER : MonitorFd.STDIN_WRITE).number());
            }
            return input;
        }
    }

    private Path proc(MonitorFd fd) {
        return Path.of("/proc/" + monitorPid() + "/fd/" + fd.number());
    }

    private String link(MonitorFd fd) throws IOException {
        return Files.readSymbolicLink(proc(fd)).toString();
    }

    /** ESRCH: the monitor has ended; EBADF: it has closed that end already. */
    private static boolean isOver(SyscallException e) {
        return e.is(Errno.ESRCH) || e.is(Errno.EBADF) || e.is(Errno.EPIPE);
    }
}
