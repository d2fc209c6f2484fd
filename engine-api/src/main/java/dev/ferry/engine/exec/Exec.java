package dev.ferry.engine.exec;

import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.state.StateFile;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExitRecord;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One further process. */
public final class Exec {

    private final String id;
    private final Container container;
    private final ExecCreateRequest request;
    private final Path directory;
    private final boolean probe;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile @Nullable ContainerProcess process;
    private volatile int failedWith;

    Exec(String id, Container container, ExecCreateRequest request, Path directory, boolean probe) {
        this.id = id;
        this.container = container;
        this.request = request;
        this.directory = directory;
        this.probe = probe;
    }

    /** 64 hexadecimal digits. */
    public String id() {
        return id;
    }

    /** Where it runs. */
    public Container container() {
        return container;
    }

    /** What was asked for. */
    public ExecCreateRequest request() {
        return request;
    }

    /** Whether it is the engine's own, which nobody is told of: events of probes would push all others out of what is kept. */
    boolean isProbe() {
        return probe;
    }

    Path directory() {
        return directory;
    }

    /** Where its output goes. */
    public Path log() {
        return directory.resolve("log");
    }

    /** The process; null before the start and when it could not be started. */
    public @Nullable ContainerProcess process() {
        return process;
    }

    /** What a new engine needs to know it by. */
    record Note(String id, ExecCreateRequest request) {}

    /** The note of it in its directory. */
    static StateFile<Note> note(Path directory) {
        return new StateFile<>(directory.resolve("exec.json"), "exec", 1, Note.class);
    }

    void run(ContainerProcess value) {
        process = value;
    }

    boolean markStarted() {
        return started.compareAndSet(false, true);
    }

    void markFailed(int code) {
        failedWith = code;
    }

    /** Whether it runs now. */
    public boolean isRunning() {
        ContainerProcess now = process;
        return now != null && now.exit().isEmpty();
    }

    /** Its exit code; empty while it has none. */
    public Optional<Integer> exitCode() {
        if (failedWith != 0) {
            return Optional.of(failedWith);
        }
        ContainerProcess now = process;
        return now == null ? Optional.empty() : now.exit().map(ExitRecord::exitCode);
    }
}
