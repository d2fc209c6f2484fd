package dev.ferry.engine.health;

import dev.ferry.runtime.cgroup.Cgroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ends a probe with everything that it has started. An added process leads a session of its own, so its children are found by that
 * when their parent has gone already, and by their parent when they lead another session. proc_pid_stat(5)
 */
final class ProbeProcesses {

    /** Each round ends what the one before was too early for: a child that was just being made. */
    private static final int ROUNDS = 10;

    private ProbeProcesses() {}

    static void end(Cgroup cgroup, int leader) throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            Set<Integer> victims = family(cgroup.pids(), leader);
            if (victims.isEmpty()) {
                return;
            }
            for (int pid : victims) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private record Kin(int parent, int session) {}

    private static Set<Integer> family(List<Integer> pids, int leader) {
        Map<Integer, Kin> all = new HashMap<>();
        for (int pid : pids) {
            kin(pid, all);
        }
        Set<Integer> family = new HashSet<>();
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Map.Entry<Integer, Kin> entry : all.entrySet()) {
                Kin kin = entry.getValue();
                boolean belongs = entry.getKey() == leader
                        || kin.session() == leader
                        || kin.parent() == leader
                        || family.contains(kin.parent());
                grown |= belongs && family.add(entry.getKey());
            }
        }
        return family;
    }

    private static void kin(int pid, Map<Integer, Kin> all) {
        try {
            String stat =
                    Files.readString(Path.of("/proc", Integer.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // behind the name: state, parent, process group, session
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
            if (!fields[0].equals("Z")) {
                all.put(pid, new Kin(Integer.parseInt(fields[1]), Integer.parseInt(fields[3])));
            }
        } catch (IOException gone) {
            // it has ended meanwhile, which is what is wanted
            return;
        }
    }
}
