package dev.ferry.runtime.cgroup;

import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.mount.MountTable;
import dev.ferry.runtime.oci.LinuxResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The hierarchies of control groups that this host has.
 *
 * <p>A hierarchy counts when {@code /proc/self/cgroup} names it; where it lies says the mount table. A hierarchy can be in use without
 * being mounted (another mount namespace did that): {@link #unmounted()} names those, since a container that stays outside of one
 * cannot be checkpointed safely.
 *
 * <p>Containers go below one parent, {@link CgroupPath#DEFAULT_PARENT} unless configured otherwise, counted from the top of each
 * mount and not from the engine's own cgroup. On version 2 no process may sit in the parent or in a cgroup above it, except at the
 * real root, because those hand controllers down.
 */
public final class CgroupHierarchies {
    private final CgroupMode mode;
    private final List<CgroupHierarchy> mounted;
    private final List<String> unmounted;

    private CgroupHierarchies(CgroupMode mode, List<CgroupHierarchy> mounted, List<String> unmounted) {
        this.mode = mode;
        this.mounted = List.copyOf(mounted);
        this.unmounted = List.copyOf(unmounted);
    }

    /** What this process sees. */
    public static CgroupHierarchies ofHost() throws IOException {
        return of(Path.of("/"));
    }

    /**
     * The same for another root directory, whose {@code proc/self/cgroup} and {@code proc/self/mountinfo} are read and under which
     * the mount points of that table are looked for.
     *
     * @throws IOException also when there is no cgroup file system at all
     */
    public static CgroupHierarchies of(Path root) throws IOException {
        MountTable table = MountTable.read(root.resolve("proc/self/mountinfo"));
        var mounted = new ArrayList<CgroupHierarchy>();
        var unmounted = new ArrayList<String>();
        for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
            // hierarchy-id:controller-list:cgroup-path, where the path may hold colons
            String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                continue;
            }
            String name = fields[1];
            Optional<MountTable.Entry> mount = mountOf(name, table);
            if (mount.isEmpty()) {
                unmounted.add(name);
                continue;
            }
            Path mountPoint = root.resolve(
                    Path.of("/").relativize(mount.get().mountPoint()).toString());
            Set<String> controllers =
                    name.isEmpty() ? unifiedControllers(mountPoint) : CgroupHierarchy.controllersOf(name);
            mounted.add(new CgroupHierarchy(
                    name, controllers, mountPoint, mount.get().root()));
        }
        if (mounted.isEmpty()) {
            throw new IOException(
                    "no control groups are mounted; mount them, for example with \"mount -t cgroup2 none /sys/fs/cgroup\"");
        }
        return new CgroupHierarchies(modeOf(mounted), mounted, unmounted);
    }

    /** How the host mounts its control groups. */
    public CgroupMode mode() {
        return mode;
    }

    /** The hierarchies that are mounted, in the kernel's order. */
    public List<CgroupHierarchy> all() {
        return mounted;
    }

    /** Names of hierarchies that are in use and not mounted; the unified one is called {@code ""}. */
    public List<String> unmounted() {
        return unmounted;
    }

    /**
     * The same with the hierarchies that were in use and not mounted, mounted below a directory: containers can join them then. One
     * that the kernel will not mount stays {@link #unmounted()}.
     *
     * @param directory the engine's own, on a file system that goes with the machine; a mount in it is found again by the next engine
     */
    public CgroupHierarchies withMissingMounted(Path directory) throws IOException {
        var all = new ArrayList<>(mounted);
        var left = new ArrayList<String>();
        for (String name : unmounted) {
            Path mountPoint = directory.resolve(new CgroupHierarchy(name, Set.of(), directory, "/").directoryName());
            Files.createDirectories(mountPoint);
            var hierarchy = new CgroupHierarchy(name, CgroupHierarchy.controllersOf(name), mountPoint, "/");
            try {
                Mounts.mount(
                        "cgroup",
                        mountPoint,
                        hierarchy.mountType(),
                        MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC,
                        hierarchy.isUnified() ? null : hierarchy.mountOptions());
            } catch (SyscallException e) {
                left.add(name);
                continue;
            }
            all.add(hierarchy.isUnified() ? hierarchy.withControllers(unifiedControllers(mountPoint)) : hierarchy);
        }
        return new CgroupHierarchies(modeOf(all), all, left);
    }

    /** Every controller that can limit something here. */
    public Set<String> controllers() {
        var all = new LinkedHashSet<String>();
        mounted.forEach(hierarchy -> all.addAll(hierarchy.controllers()));
        return all;
    }

    /** The hierarchy that a controller lives in. */
    public Optional<CgroupHierarchy> hierarchy(String controller) {
        return mounted.stream()
                .filter(hierarchy -> hierarchy.controllers().contains(controller))
                .findFirst();
    }

    /**
     * Which of the wanted limits this host cannot keep, a sentence each; empty when all is well. A caller that would rather do
     * without asks here first: {@link #create} refuses.
     */
    public List<String> unsupported(LinuxResources resources) {
        return open(CgroupPath.DEFAULT_PARENT).unsupported(resources);
    }

    /**
     * Makes a cgroup in every hierarchy and sets its limits. One of that name that is left over and empty is replaced. When
     * something fails, nothing is left.
     *
     * @throws LimitUnsupported when this host cannot keep a limit
     * @throws LimitRefused when the kernel does not take a value
     * @throws CgroupBusy when there is one of that name with processes inside
     */
    public Cgroup create(CgroupPath path, LinuxResources resources) throws IOException {
        Cgroup cgroup = open(path);
        requireSupported(cgroup, resources);
        cgroup.delete(Duration.ZERO);
        try {
            make(cgroup, resources);
            return cgroup;
        } catch (IOException | RuntimeException e) {
            try {
                cgroup.delete(Duration.ZERO);
            } catch (IOException cleanup) {
                e.addSuppressed(cleanup);
            }
            throw e;
        }
    }

    /** Makes a cgroup without limits in every hierarchy, or keeps the one that is there, whoever is inside. */
    public Cgroup ensure(CgroupPath path) throws IOException {
        Cgroup cgroup = open(path);
        make(cgroup, LinuxResources.NONE);
        return cgroup;
    }

    private static void make(Cgroup cgroup, LinuxResources resources) throws IOException {
        switch (cgroup) {
            case CgroupV1 v1 -> v1.make(resources);
            case CgroupV2 v2 -> v2.make(resources);
        }
    }

    /** The cgroup of that name, whether it exists or not. */
    public Cgroup open(CgroupPath path) {
        return mode == CgroupMode.V2 ? new CgroupV2(this, path) : new CgroupV1(this, path);
    }

    /**
     * Refuses limits that this host cannot keep.
     *
     * @throws LimitUnsupported when there are any
     */
    public static void requireSupported(Cgroup cgroup, LinuxResources resources) throws LimitUnsupported {
        List<String> reasons = cgroup.unsupported(resources);
        if (!reasons.isEmpty()) {
            throw new LimitUnsupported(
                    "cannot keep the limits of cgroup \"%s\" on this host: %s; leave them out"
                            .formatted(cgroup.path(), String.join("; ", reasons)),
                    null);
        }
    }

    /** Among several mounts of one hierarchy the one that shows most of it; the first of those. */
    private static Optional<MountTable.Entry> mountOf(String name, MountTable table) {
        MountTable.Entry best = null;
        for (MountTable.Entry entry : table.entries()) {
            boolean fits = name.isEmpty()
                    ? entry.type().equals("cgroup2")
                    : entry.type().equals("cgroup")
                            && entry.superOptions().containsAll(Arrays.asList(name.split(",", -1)));
            // a mount made outside of this process's cgroup namespace shows a cgroup that has no name here
            if (fits
                    && !entry.root().startsWith("/..")
                    && (best == null || entry.root().length() < best.root().length())) {
                best = entry;
            }
        }
        return Optional.ofNullable(best);
    }

    private static CgroupMode modeOf(List<CgroupHierarchy> mounted) {
        boolean unified = mounted.stream().anyMatch(CgroupHierarchy::isUnified);
        boolean legacy = mounted.stream().anyMatch(hierarchy -> !hierarchy.isUnified());
        return !legacy ? CgroupMode.V2 : unified ? CgroupMode.HYBRID : CgroupMode.V1;
    }

    private static Set<String> unifiedControllers(Path mountPoint) throws IOException {
        String text = CgroupFiles.readIfThere(mountPoint.resolve("cgroup.controllers"))
                .orElse("");
        return text.isEmpty() ? Set.of() : new LinkedHashSet<>(Arrays.asList(text.split(" ", -1)));
    }
}
