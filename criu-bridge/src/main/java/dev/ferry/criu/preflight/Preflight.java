package dev.ferry.criu.preflight;

import dev.ferry.criu.Refusal;
import dev.ferry.criu.preflight.ProcessView.OpenFile;
import dev.ferry.runtime.mount.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks at the processes of a container for everything that CRIU refuses, and for what it accepts and does not restore. Nothing is frozen and
 * nothing is changed; a process that ends meanwhile is left out.
 *
 * <p>What cannot be seen from outside: a landlock domain whose ruleset was closed, and to whom a unix socket is connected.
 */
public final class Preflight {
    /** Descriptors without a file that CRIU can save. */
    private static final Set<String> SAVED_ANONYMOUS = Set.of(
            "[eventfd]", "[eventpoll]", "[timerfd]", "[signalfd]", "inotify", "[fanotify]", "[pidfd]", "fanotify");

    private final int initPid;
    private final Allowance allowance;
    private final List<Obstacle> obstacles = new ArrayList<>();
    private final Set<String> examinedMountNamespaces = new HashSet<>();
    private long memory;

    private Preflight(int initPid, Allowance allowance) {
        this.initPid = initPid;
        this.allowance = allowance;
    }

    /**
     * Examines a container.
     *
     * @param initPid its first process
     * @param pids all its processes
     * @param allowance what the planned checkpoint will put up with
     * @param target a directory on the disk that the checkpoint will be written to
     * @throws IOException if init itself cannot be looked at
     */
    public static Verdict of(int initPid, List<Integer> pids, Allowance allowance, Path target) throws IOException {
        return of(Path.of("/proc"), initPid, pids, allowance, target);
    }

    static Verdict of(Path proc, int initPid, List<Integer> pids, Allowance allowance, Path target) throws IOException {
        Preflight preflight = new Preflight(initPid, allowance);
        ProcessView init = new ProcessView(proc, initPid);
        Map<String, String> ofInit = init.status();
        for (int pid : pids) {
            ProcessView process = new ProcessView(proc, pid);
            try {
                preflight.examine(process, init, ofInit);
            } catch (IOException e) {
                // its root and its namespaces go before it becomes a zombie
                if (process.exists() && !process.isEnding()) {
                    throw e;
                }
            }
        }
        preflight.examineSpace(target);
        return new Verdict(preflight.obstacles, preflight.memory);
    }

    private void add(Refusal refusal, String object) {
        Obstacle obstacle = new Obstacle(refusal, object);
        if (!obstacles.contains(obstacle)) {
            obstacles.add(obstacle);
        }
    }

    private void examine(ProcessView process, ProcessView init, Map<String, String> ofInit) throws IOException {
        String name = process.name();
        Map<String, String> status = process.status();
        String state = status.getOrDefault("State", "");
        if (state.startsWith("Z") || state.startsWith("X")) {
            return;
        }
        memory += ProcessView.privateBytes(status);
        if (!"0".equals(status.getOrDefault("TracerPid", "0"))) {
            add(Refusal.TRACED, name);
        }
        if (allowance.frozenByV1Freezer() && state.startsWith("T")) {
            add(Refusal.STOPPED_IN_FREEZER, name);
        }
        if (levels(status) > levels(ofInit) || !process.namespace("pid").equals(init.namespace("pid"))) {
            add(Refusal.NESTED_PID_NAMESPACE, name);
        }
        if (!process.namespace("user").equals(init.namespace("user"))) {
            add(Refusal.NESTED_USER_NAMESPACE, name);
        }
        if (!process.root().equals(init.root())) {
            add(Refusal.CHROOTED, name + ", root " + process.root());
        }
        if (!descendsFromInit(process, status)) {
            add(Refusal.EXEC_SESSION, name);
        }
        List<String> topmost = process.rootCgroups();
        if (!topmost.isEmpty() && process.isEnding()) {
            return; // the kernel takes it out of its groups before it becomes a zombie
        }
        for (String hierarchy : topmost) {
            add(Refusal.CGROUP, name + " is in the topmost group of " + hierarchy);
        }
        for (String mapped : process.mappedNames()) {
            ofName(mapped).ifPresent(refusal -> add(refusal, name + ", mapping " + mapped));
        }
        MountTable mounts = process.mounts();
        examineMounts(process, mounts);
        examineFiles(process, name, mounts);
    }

    /** CRIU saves init and its descendants. What exec added has its parent outside: CRIU passes over it, and it dies with init. */
    private boolean descendsFromInit(ProcessView process, Map<String, String> status) throws IOException {
        Map<String, String> at = status;
        int pid = process.pid();
        while (pid != initPid) {
            pid = Integer.parseInt(at.getOrDefault("PPid", "0"));
            if (pid <= 1) {
                return false;
            }
            if (pid != initPid) {
                at = process.sibling(pid).status();
            }
        }
        return true;
    }

    private static int levels(Map<String, String> status) {
        return status.getOrDefault("NSpid", "").split("\\s+", -1).length;
    }

    private void examineMounts(ProcessView process, MountTable mounts) throws IOException {
        if (!examinedMountNamespaces.add(process.namespace("mnt"))) {
            return;
        }
        for (MountTable.Entry mount : mounts.entries()) {
            if ("overlay".equals(mount.type()) && mount.mountPoint().getNameCount() > 0) {
                add(Refusal.OVERLAY_INSIDE, mount.mountPoint().toString());
            }
        }
    }

    private void examineFiles(ProcessView process, String name, MountTable mounts) throws IOException {
        Set<String> established = allowance.tcpEstablished() ? Set.of() : process.establishedSockets();
        for (OpenFile file : process.openFiles()) {
            String object = name + ", descriptor " + file.number() + ", " + file.target();
            try {
                Optional<Refusal> kind = ofName(file.target());
                if (kind.isPresent()) {
                    add(kind.get(), object);
                } else if (established.contains(file.target())) {
                    add(Refusal.TCP_ESTABLISHED, object);
                } else if (file.isPath()) {
                    examinePath(process, file, object, mounts);
                }
            } catch (IOException closedMeanwhile) {
                if (!process.exists()) {
                    return;
                }
            }
        }
    }

    private void examinePath(ProcessView process, OpenFile file, String object, MountTable mounts) throws IOException {
        boolean internal = file.target().startsWith("/memfd:")
                || file.target().startsWith("/SYSV")
                || file.target().equals("/dev/zero (deleted)");
        if (internal) {
            return;
        }
        int mount = process.mountId(file);
        boolean inside = mounts.entries().stream().anyMatch(entry -> entry.id() == mount);
        if (!inside) {
            add(isQueue(process, file) ? Refusal.MESSAGE_QUEUE : Refusal.HOST_FILE, object);
            return;
        }
        if (file.target().endsWith(" (deleted)")) {
            examineDeleted(process, file, object);
        }
        if (!allowance.fileLocks() && process.details(file).stream().anyMatch(line -> line.startsWith("lock:"))) {
            add(Refusal.FILE_LOCK, object);
        }
    }

    /** A queue's descriptor lies in a mount of the kernel's own, of the file system that the container sees at /dev/mqueue. */
    private static boolean isQueue(ProcessView process, OpenFile file) {
        try {
            return process.attribute(file, "dev").equals(process.deviceAt("/dev/mqueue"));
        } catch (IOException noSuchMount) {
            return false;
        }
    }

    private void examineDeleted(ProcessView process, OpenFile file, String object) throws IOException {
        boolean named = ((Number) process.attribute(file, "nlink")).intValue() > 0;
        long size = ((Number) process.attribute(file, "size")).longValue();
        if (named && !allowance.linkRemap()) {
            add(Refusal.LINK_REMAP, object);
        } else if (!named && size > allowance.ghostLimit()) {
            add(Refusal.GHOST_FILE, object + ", " + size + " bytes");
        }
    }

    /** The refusal that the name of a descriptor or mapping tells by itself. */
    static Optional<Refusal> ofName(String target) {
        if (target.startsWith("/secretmem")) {
            return Optional.of(Refusal.SECRET_MEMORY);
        }
        if (!target.startsWith("anon_inode:")) {
            return Optional.empty();
        }
        String kind = target.substring("anon_inode:".length());
        if (SAVED_ANONYMOUS.contains(kind)) {
            return Optional.empty();
        }
        String word = kind.startsWith("[") ? kind.substring(1) : kind;
        if (word.startsWith("io_uring")) {
            return Optional.of(Refusal.IO_URING);
        } else if (word.startsWith("userfaultfd")) {
            return Optional.of(Refusal.USERFAULTFD);
        } else if (word.startsWith("perf_event")) {
            return Optional.of(Refusal.PERF_EVENT);
        } else if (word.startsWith("bpf")) {
            return Optional.of(Refusal.BPF);
        } else if (word.startsWith("landlock")) {
            return Optional.of(Refusal.LANDLOCK);
        } else if (word.startsWith("seccomp")) {
            return Optional.of(Refusal.SECCOMP_NOTIFY);
        }
        return Optional.of(Refusal.SPECIAL_FILE);
    }

    private void examineSpace(Path target) throws IOException {
        Path existing = target.toAbsolutePath().normalize();
        while (!Files.exists(existing)) {
            existing = existing.resolveSibling("");
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        if (free < memory) {
            add(
                    Refusal.NO_SPACE,
                    target + ": " + free + " bytes free, about " + memory + " needed for pid " + initPid
                            + " and its tree");
        }
    }
}
