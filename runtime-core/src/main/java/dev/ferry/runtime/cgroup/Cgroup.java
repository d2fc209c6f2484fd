package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's cgroup, the same path in every hierarchy of the host.
 *
 * <p>Made by {@link CgroupHierarchies#create}, found again by {@link CgroupHierarchies#open}; it holds no descriptors, so any number
 * of these objects may stand for the same cgroup. The first process is born in {@link #birthplace()} and
 * enters the rest by writing {@code 0} into each of {@link #entries()}; after that everything it starts is inside. It can be deleted when the last process is gone.
 */
public sealed interface Cgroup permits CgroupV1, CgroupV2 {

    /** Its name in every hierarchy. */
    CgroupPath path();

    /** How the host mounts its control groups. */
    CgroupMode mode();

    /** The hierarchies it exists in: all that {@code /proc/self/cgroup} names. */
    List<CgroupHierarchy> hierarchies();

    /**
     * The {@code cgroup.procs} files, one for each hierarchy, in the order in which a process should enter: a process that writes
     * {@code 0} enters with all its threads. The files must be opened by a process that may move others (cgroups(7), "delegation").
     */
    default List<Path> procsFiles() {
        return hierarchies().stream()
                .map(hierarchy -> hierarchy.directory(path()).resolve("cgroup.procs"))
                .toList();
    }

    /**
     * The cgroup's directory in the unified hierarchy, if there is one. Opened, it is what clone3(2) takes with CLONE_INTO_CGROUP: a
     * process that is born in its cgroup needs no move, and a move waits for an RCU grace period, five to fifty milliseconds.
     */
    default Optional<Path> birthplace() {
        return hierarchies().stream()
                .filter(CgroupHierarchy::isUnified)
                .findFirst()
                .map(hierarchy -> hierarchy.directory(path()));
    }

    /**
     * The files by which a process with a single thread enters everywhere but in {@link #birthplace()}: it writes {@code 0} into
     * each. They are {@code tasks} and not {@code cgroup.procs}, because a thread that moves nobody but itself cannot race with its
     * own fork or exit, and the kernel then skips the lock whose writer waits for an RCU grace period. That is 0.03 ms instead of
     * five to fifty. The files must be opened by a process that may move others.
     */
    default List<Path> entries() {
        return hierarchies().stream()
                .filter(hierarchy -> !hierarchy.isUnified())
                .map(hierarchy -> hierarchy.directory(path()).resolve("tasks"))
                .toList();
    }

    /**
     * Controller name to cgroup as the kernel shows it, for CRIU's {@code cg_root}: one entry for each controller, {@code name=...}
     * for named hierarchies, the empty name for the unified one. Never use one root for all of them: CRIU then copies the host's tree.
     */
    default Map<String, String> controllers() {
        var roots = new LinkedHashMap<String, String>();
        for (CgroupHierarchy hierarchy : hierarchies()) {
            hierarchy.names().forEach(name -> roots.put(name, hierarchy.kernelPath(path())));
        }
        return roots;
    }

    /**
     * Changes limits; what {@code resources} does not name stays as it is.
     *
     * @throws LimitUnsupported before anything is written, when this host has no way to keep a limit
     * @throws LimitRefused when the kernel does not take a value
     */
    void limit(LinuxResources resources) throws IOException;

    /**
     * Which of these limits this host cannot keep, a sentence each; empty when all is well. A caller that would rather do without asks
     * here first: {@link #limit} and {@link CgroupHierarchies#create} refuse.
     */
    List<String> unsupported(LinuxResources resources);

    /**
     * Stops every process, and returns when all have stopped.
     *
     * @throws CgroupBusy when they have not within the deadline; they run again then
     */
    FrozenCgroup freeze(Duration deadline) throws IOException;

    /** Lets every process run again; also right when none is stopped. */
    void thaw() throws IOException;

    /** Whether the processes are stopped, or on their way to it. */
    boolean isFrozen() throws IOException;

    /**
     * The directory whose freezer stops the container, for CRIU's {@code freeze_cgroup}: it holds {@code cgroup.freeze} or
     * {@code freezer.state}.
     *
     * @throws LimitUnsupported when this host has no freezer
     */
    Path freezerDirectory() throws IOException;

    /** Ends every process inside with SIGKILL, stopped ones too. Returns at once; {@link #delete} waits for the last one. */
    void kill() throws IOException;

    /** The processes inside, those of cgroups below included, as the engine's pid namespace numbers them. */
    List<Integer> pids() throws IOException;

    /** What the container has used. */
    CgroupStatistics statistics() throws IOException;

    /**
     * Deletes it and what is below, in every hierarchy. Waits while the kernel still counts processes that have ended; a cgroup
     * that is not there counts as deleted.
     *
     * @throws CgroupBusy when processes are still inside at the deadline
     */
    void delete(Duration deadline) throws IOException;

    /** Whether it exists in any hierarchy. */
    boolean exists();
}
