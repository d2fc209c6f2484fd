package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what became of an incarnation that an earlier engine brought up.
 *
 * <p>A complete exit record settles it. Otherwise the monitor lives, or the container is lost; between looking and deciding a
 * monitor may write its record and end, so the record is looked for again before anything is called lost.
 */
final class Adoption {
    private static final int SIGKILL = 9;

    private final Path directory;
    private final ExitWatch watch;

    Adoption(Path directory, ExitWatch watch) {
        this.directory = directory;
        this.watch = watch;
    }

    ContainerProcess adopt() throws IOException {
        Optional<MonitorState> noted = MonitorState.read(directory);
        if (noted.isEmpty()) {
            MonitorState nobody = nobody();
            return ExitRecord.read(directory)
                    .map(record -> new ContainerProcess(directory, nobody, record, null, watch))
                    .orElseGet(() -> lost(nobody, "it never came up, or the host went down while it did"));
        }
        MonitorState state = noted.get();
        Optional<ExitRecord> before = ExitRecord.read(directory);
        if (before.isPresent()) {
            return new ContainerProcess(directory, state, before.get(), null, watch);
        }
        if (!state.monitor().bootId().equals(ProcessId.currentBootId())) {
            return lost(state, "the host has been restarted");
        }
        Optional<PidFd> monitor = state.monitor().open();
        if (monitor.isPresent() && monitor.get().isAlive() && !isGivingUp(state, monitor.get())) {
            return alive(state, monitor.get());
        }
        monitor.ifPresent(PidFd::close);
        return ExitRecord.read(directory)
                .map(record -> new ContainerProcess(directory, state, record, null, watch))
                .orElseGet(() -> lost(state, "monitor " + state.monitor().pid() + " ended without a record"));
    }

    /**
     * Whether it has not been told of an init that another runtime made: nobody will tell it any more, so it deletes the container and
     * ends. This waits for that, because the next start may have the same name at the runtime.
     */
    private static boolean isGivingUp(MonitorState state, PidFd monitor) throws IOException {
        if (state.kind() != MonitorText.Kind.FOREIGN_START || state.init() != null) {
            return false;
        }
        if (!monitor.awaitExit(ContainerLauncher.PATIENCE)) {
            // its runtime hangs
            monitor.sendSignal(SIGKILL);
            monitor.awaitExit(ContainerLauncher.PATIENCE);
        }
        return true;
    }

    private ContainerProcess alive(MonitorState state, PidFd monitor) throws IOException {
        boolean done = false;
        try {
            MonitorState known = state.init() == null ? findRestored(state) : state;
            ProcessId init = known.init();
            @Nullable PidFd handle = init == null ? null : init.open().orElse(null);
            var process = new ContainerProcess(directory, known, monitor, handle, null, watch);
            done = true;
            return process;
        } finally {
            if (!done) {
                monitor.close();
            }
        }
    }

    /** An engine that died between CRIU's work and noting it: whoever is the monitor's child and not CRIU is init. */
    private MonitorState findRestored(MonitorState state) throws IOException {
        ProcessId criu = state.child();
        List<ProcessId> others = new ArrayList<>();
        for (int pid : children(state.monitor().pid())) {
            ProcessId.of(pid).filter(child -> !child.equals(criu)).ifPresent(others::add);
        }
        if (others.size() != 1) {
            return state;
        }
        MonitorState found = state.withInit(others.getFirst());
        found.write(directory);
        return found;
    }

    /** Whom a process has made and not waited for; nobody when it is gone itself. */
    static List<Integer> children(int pid) throws IOException {
        String text;
        try {
            text = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
        } catch (NoSuchFileException gone) {
            return List.of();
        }
        return text.isBlank()
                ? List.of()
                : List.of(text.strip().split(" ", -1)).stream()
                        .map(Integer::valueOf)
                        .toList();
    }

    private ContainerProcess lost(MonitorState state, String reason) {
        return new ContainerProcess(directory, state, ExitRecord.lost(Instant.now()), reason, watch);
    }

    private MonitorState nobody() {
        return new MonitorState(
                MonitorState.VERSION,
                MonitorProtocol.VERSION,
                String.valueOf(directory.getFileName()),
                MonitorText.Kind.START,
                new ProcessId(0, 0, ""),
                null,
                null,
                false,
                false);
    }
}
