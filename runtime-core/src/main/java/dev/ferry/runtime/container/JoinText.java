package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.spawn.Block;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.Label;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        write(calls, request, process, request.cgroup().entries());
    }

    /** By other files of its cgroups. */
    static void write(Calls calls, ExecRequest request, ProcessText process, List<Path> entries) {
        ProgramBuilder p = calls.program();
        p.stage("join");
        // until its program is executed nobody inside may trace it or look at what it has open (CVE-2019-5736,
        // CVE-2016-9962)
        calls.prctl("keep others out", ProcessConstants.PR_SET_DUMPABLE, 0);
        Process.@Nullable ExecCpuAffinity affinity = request.process().execCPUAffinity();
        if (affinity != null) {
            ExecutionText.affinity(calls, "process.execCPUAffinity.initial", affinity.initial());
        }
        for (Path file : entries) {
            Cell entry = p.cell("cgroup");
            calls.open(file.toString(), Calls.O_WRONLY, entry);
            p.call("join cgroup \"" + file.getParent() + "\"", Syscall.WRITE, entry, "0", 1);
            calls.close(entry);
        }
        if (affinity != null) {
            ExecutionText.affinity(calls, "process.execCPUAffinity.final", affinity.finalCpus());
        }
        Integer score = request.process().oomScoreAdj();
        if (score != null) {
            calls.writeFile("/proc/self/oom_score_adj", Integer.toString(score), Errno.EACCES);
        }
        process.keepHostProc();
        p.call(
                "join the container's namespaces",
                Syscall.SETNS,
                process.surroundings().target(),
                namespaces(request.linux()));
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
        process.surroundings().awaitOutside(calls);
        process.openStandards(false);
        ExecutionText.write(calls, request.process(), request.linux().orElse(null));
        process.end();
    }

    /** Who is in a user namespace may not join it once more, so that one only if the container has its own. setns(2) */
    private static long namespaces(Optional<Linux> linux) {
        long flags = NAMESPACES;
        for (NamespaceKind kind : List.of(NamespaceKind.USER, NamespaceKind.TIME)) {
            if (linux.isPresent() && linux.get().namespace(kind).isPresent()) {
                flags |= kind.cloneFlag();
            }
        }
        return flags;
    }
}
