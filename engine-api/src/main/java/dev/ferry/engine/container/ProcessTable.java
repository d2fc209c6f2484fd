package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerTop;
import dev.ferry.engine.error.Failed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What runs in a container, read from proc(5): ps(1) is not needed on the host. */
public final class ProcessTable {

    private static final List<String> TITLES = List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    private static final long TICKS = 100;

    private final Incarnations incarnations;

    /** Over the containers' cgroups. */
    public ProcessTable(Incarnations incarnations) {
        this.incarnations = incarnations;
    }

    /**
     * The processes of a running container.
     *
     * @param arguments of ps; the columns are the same whatever they are
     */
    public ContainerTop of(Container container, String arguments) {
        ContainerRecord record = container.record();
        if (!record.status().isAlive()) {
            record.require(Verb.RESIZE);
        }
        List<List<String>> rows = new ArrayList<>();
        try {
            for (int pid : incarnations.cgroup(record).pids()) {
                row(pid, rows);
            }
        } catch (IOException e) {
            throw new Failed(
                    "container.top",
                    "cannot list the processes of container " + record.id() + " (" + arguments + "): " + e.getMessage(),
                    e);
        }
        return new ContainerTop(TITLES, rows);
    }

    private static void row(int pid, List<List<String>> rows) {
        Path proc = Path.of("/proc", Integer.toString(pid));
        try {
            String stat = Files.readString(proc.resolve("stat"), StandardCharsets.ISO_8859_1);
            String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
            // fields behind the name, beginning with the state: proc_pid_stat(5) number 3
            String[] f = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String command = new String(Files.readAllBytes(proc.resolve("cmdline")), StandardCharsets.UTF_8)
                    .replace('\0', ' ')
                    .strip();
            long seconds = (Long.parseLong(f[11]) + Long.parseLong(f[12])) / TICKS;
            rows.add(List.of(
                    Files.getAttribute(proc, "unix:uid").toString(),
                    Integer.toString(pid),
                    f[1],
                    "0",
                    "-",
                    "?",
                    "%02d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60),
                    command.isEmpty() ? "[" + name + "]" : command));
        } catch (IOException gone) {
            // it ended while the list was made
            return;
        }
    }
}
