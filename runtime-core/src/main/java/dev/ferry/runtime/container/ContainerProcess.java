package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.spawn.StageStamp;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The engine's handle on one incarnation of a container, or on a further process in one. Closing it lets go of descriptors; what
 * runs goes on running. May be used by several threads.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ContainerProcess implements AutoCloseable {
    private final Path directory;

    ContainerProcess(Path directory) {
        this.directory = directory;
    }

    /** Where this incarnation's state is kept. */
    public Path directory() {
        return directory;
    }

    /** The container's first process, or the one that was added, as the engine's pid namespace numbers it. */
    public int initPid() {
        throw pending();
    }

    public int monitorPid() {
        throw pending();
    }

    /** Looks anew. */
    public Status status() {
        throw pending();
    }

    /**
     * Opens the gate and returns when the program has been executed.
     *
     * @throws StartFailed when it could not be; nothing of it runs then
     */
    public void start() throws StartFailed, IOException {
        throw pending();
    }

    /** Waits for the end; also right when it is long over. A lost container has an exit record with a failure. */
    public ExitRecord awaitExit() throws InterruptedException {
        throw pending();
    }

    /** How it ended; empty while it has not. */
    public Optional<ExitRecord> exit() {
        throw pending();
    }

    /** Calls back once when it has ended, at once if it already has. The callback must be short and must not throw. */
    public void onExit(Consumer<ExitRecord> listener) {
        throw pending();
    }

    /** Sends a signal to the process; one that has ended is no error. */
    public void signal(int signo) throws IOException {
        throw pending();
    }

    /**
     * What the process reads: its pipe, or its terminal. Writing waits while the process does not read, without holding a
     * carrier of virtual threads, and fails when it is over. Closing the stream is {@link #closeStdin}.
     */
    public OutputStream stdin() throws IOException {
        throw pending();
    }

    /** Lets the process see the end of its input. Of a terminal there is no end: nothing happens. */
    public void closeStdin() throws IOException {
        throw pending();
    }

    /** Sets the terminal's size; without a terminal nothing happens. */
    public void resize(int rows, int columns) throws IOException {
        throw pending();
    }

    /** The keys by which CRIU knows the stdio pipes: descriptor 0 to 2 to {@code pipe:[inode]}. Empty with a terminal. */
    public Map<Integer, String> stdioInodes() throws IOException {
        throw pending();
    }

    /** A read end of the input pipe, for taking what the frozen process has not read. Close it before the process runs on. */
    public Optional<Fd> stdinReader() throws IOException {
        throw pending();
    }

    /** How long the stages took; empty unless asked for. */
    public List<StageStamp> stamps() {
        throw pending();
    }

    @Override
    public void close() {}

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException("not linked yet");
    }
}
