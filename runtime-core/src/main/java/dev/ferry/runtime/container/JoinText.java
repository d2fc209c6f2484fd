package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Path;

/**
 * Writes how a further process gets into a running container.
 *
 * <p>Joining a pid namespace counts for children only, so the monitor's child joins and then makes the process as its own sibling
 * (CLONE_PARENT): the monitor reaps that one too, by the same loop. Cgroups come first, because their paths vanish with the
 * host's mount namespace. The sibling's exit signal is the joining process's; clone3 wants zero for it.
 */
final class JoinText {
    private static final long CLONE_PARENT = 0x8000;
    private static final int CLONE_ARGS = 88;
    private static final long NAMESPACES = NamespaceKind.MOUNT.cloneFlag()
            | NamespaceKind.CGROUP.cloneFlag()
            | NamespaceKind.UTS.cloneFlag()
            | NamespaceKind.IPC.cloneFlag()
            | NamespaceKind.PID.cloneFlag()
            | NamespaceKind.NETWORK.cloneFlag();

    private JoinText() {}

    static void write(Calls calls, ExecRequest request, ProcessText process) {
        ProgramBuilder p = calls.program();
        p.stage("join");
        Cgroup cgroup = request.cgroup();
        for (Path file : cgroup.entries()) {
            Cell entry = p.cell("cgroup");
            calls.open(file.toString(), Calls.O_WRONLY, entry);
            p.call("join cgroup \"" + file.getParent() + "\"", Syscall.WRITE, entry, "0", 1);
            calls.close(entry);
        }
        Integer score = request.process().oomScoreAdj();
        if (score != null) {
            calls.writeFile("/proc/self/oom_score_adj", Integer.toString(score), Errno.EACCES);
        }
        p.call(
                "join the container's namespaces",
                Syscall.SETNS,
                process.surroundings().target(),
                NAMESPACES);
        Block arguments = p.block("sibling arguments", CLONE_ARGS).putLong(0, CLONE_PARENT);
        Cell sibling = p.cell("process");
        Label inside = p.label("process");
        p.call("clone the process", Syscall.CLONE3, arguments, CLONE_ARGS)
                .to(sibling)
                .ifZero(inside);
        p.message("report the process", process.surroundings().status(), MonitorProtocol.CHILD, sibling);
        p.exit(0);
        p.at(inside);
        process.begin();
        process.openStandards(false);
        process.end();
    }
}
