package dev.ferry.runtime.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One tree of cgroups and where the host shows it.
 *
 * @param name as the second field of {@code /proc/self/cgroup} has it: {@code memory}, {@code cpu,cpuacct}, {@code name=systemd};
 *     empty for the unified hierarchy
 * @param controllers what it limits; empty for {@code name=systemd} and for a unified hierarchy without controllers
 * @param mountPoint where it is mounted
 * @param mountRoot which cgroup the mount point shows: {@code /}, or deeper inside a container
 */
public record CgroupHierarchy(String name, Set<String> controllers, Path mountPoint, String mountRoot) {

    public CgroupHierarchy {
        controllers = Set.copyOf(controllers);
    }

    /** Whether this is the version 2 hierarchy. */
    public boolean isUnified() {
        return name.isEmpty();
    }

    /** The names that CRIU and {@code /proc/PID/cgroup} know it by: one for each controller; a single empty one when unified. */
    public List<String> names() {
        return List.of(name.split(",", -1));
    }

    /** The directory of a cgroup in this hierarchy, on the host. */
    public Path directory(CgroupPath path) {
        return mountPoint.resolve(path.relative());
    }

    /** The cgroup as {@code /proc/PID/cgroup} shows it to the engine. */
    public String kernelPath(CgroupPath path) {
        return mountRoot.equals("/") ? path.value() : mountRoot + path.value();
    }

    /** The file system type for mount(2). */
    public String mountType() {
        return isUnified() ? "cgroup2" : "cgroup";
    }

    /** The data argument for mount(2) that shows this hierarchy again, seen from the caller's cgroup namespace. cgroups(7) */
    public String mountOptions() {
        if (isUnified()) {
            return "";
        }
        return name.startsWith("name=") ? "none," + name : name;
    }

    /** The name of the directory under {@code /sys/fs/cgroup}: {@code memory}, {@code systemd}, {@code unified}. */
    public String directoryName() {
        return isUnified() ? "unified" : name.startsWith("name=") ? name.substring("name=".length()) : name;
    }

    /**
     * Hands controllers down from the top of the unified hierarchy to a cgroup.
     *
     * <p>The kernel refuses that (EBUSY) at every level but the real root that has processes of its own, and some controllers for
     * reasons of theirs. That matters only for those that a limit needs.
     *
     * @param wanted what to hand down where it is possible
     * @param needed those of them that there is a limit for
     */
    void enable(CgroupPath path, List<String> wanted, Set<String> needed) throws IOException {
        Path level = mountPoint;
        for (Path part : Path.of(path.relative())) {
            Path file = level.resolve("cgroup.subtree_control");
            List<String> enabled =
                    Arrays.asList(CgroupFiles.readIfThere(file).orElse("").split(" ", -1));
            List<String> missing = wanted.stream()
                    .filter(controller -> !enabled.contains(controller))
                    .toList();
            if (!missing.isEmpty()) {
                enableAt(level, file, missing, needed);
            }
            level = level.resolve(part);
        }
    }

    private static void enableAt(Path level, Path file, List<String> missing, Set<String> needed) throws IOException {
        try {
            CgroupFiles.write(file, "+" + String.join(" +", missing));
            return;
        } catch (IOException e) {
            // all or nothing: one that cannot be had keeps the others away
            for (String controller : missing) {
                try {
                    CgroupFiles.write(file, "+" + controller);
                } catch (IOException one) {
                    one.addSuppressed(e);
                    if (needed.contains(controller)) {
                        throw new LimitRefused(
                                "cannot hand the controller \"%s\" down from cgroup \"%s\": %s; move the processes %s in it into a cgroup of their own"
                                        .formatted(
                                                controller, level, one.getMessage(), CgroupFiles.firstProcesses(level)),
                                one);
                    }
                }
            }
        }
    }

    CgroupHierarchy withControllers(Set<String> other) {
        return new CgroupHierarchy(name, other, mountPoint, mountRoot);
    }

    static Set<String> controllersOf(String name) {
        if (name.isEmpty() || name.startsWith("name=")) {
            return Set.of();
        }
        return new LinkedHashSet<>(Arrays.asList(name.split(",", -1)));
    }
}
