package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.mount.MountOptions;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxDevice;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.ProgramBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes how the trees of the host that a container shows are opened: detached copies of mounts, which are attached inside when the root
 * is the container's and a path leads nowhere else.
 *
 * <p>They are opened while the host's mounts are still the host's: a copy is in the peer group of its original, and what is asked for in the
 * way of propagation starts from there. A container with a user namespace of its own has them opened by a process outside of it, which may look
 * at every path and change every flag.
 */
final class SourceText {
    /** Flags that mean the same to mount(2) and to mount_setattr(2). */
    static final long SHARED_FLAGS =
            MountFlags.MS_RDONLY | MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC;

    private final Calls calls;
    private final ProgramBuilder p;
    private final Map<Mount, Cell> mounts = new LinkedHashMap<>();
    private final Map<String, Cell> devices = new LinkedHashMap<>();
    private final Map<String, Cell> masks = new LinkedHashMap<>();

    private final Map<Mount, Integer> idMaps;

    /** With the descriptors of user namespaces for mounts that map ids. */
    SourceText(Calls calls, Map<Mount, Integer> idMaps) {
        this.calls = calls;
        this.idMaps = idMaps;
        this.p = calls.program();
    }

    /** Opens what bind mounts show. */
    void openMounts(Spec spec) {
        p.stage("mount sources");
        for (Mount mount : spec.mounts()) {
            if (mount.isBindMount()) {
                mounts.put(mount, open(mount));
            }
        }
    }

    private Cell open(Mount mount) {
        String source = mount.source();
        if (source == null) {
            throw new IllegalArgumentException(
                    "mount at \"%s\" binds nothing; name a source".formatted(mount.destination()));
        }
        MountOptions options = MountOptions.parse(mount.options());
        Cell tree = p.cell("source of " + mount.destination());
        calls.openTree(source, (options.flags() & MountFlags.MS_REC) != 0, tree);
        List<Long> propagations = options.propagation().isEmpty()
                ? List.of((long) MountFlags.MS_PRIVATE | MountFlags.MS_REC)
                : options.propagation();
        for (long propagation : propagations) {
            boolean below = (propagation & MountFlags.MS_REC) != 0;
            set(mount, tree, "propagation", below, 0, 0, propagation & ~MountFlags.MS_REC);
        }
        long set = options.flags() & SHARED_FLAGS;
        long clear = options.cleared() & SHARED_FLAGS;
        if (set != 0 || clear != 0) {
            set(mount, tree, "flags", false, set, clear, 0);
        }
        Integer ids = idMaps.get(mount);
        if (ids != null) {
            calls.mapIds(
                    "map ids of \"" + mount.destination() + "\"",
                    tree,
                    mount.options().contains(MountOptions.MAPS_BELOW),
                    ids);
        }
        if (options.hasRecursive()) {
            set(mount, tree, "flags", true, options.recursiveSet(), options.recursiveClear(), 0);
        }
        return tree;
    }

    private void set(Mount mount, Cell tree, String what, boolean below, long set, long clear, long propagation) {
        calls.attributes(
                "set %s %s \"%s\"".formatted(what, below ? "of and below" : "of", mount.destination()),
                tree,
                "",
                Calls.AT_EMPTY_PATH | (below ? Calls.AT_RECURSIVE : 0),
                set,
                clear,
                propagation);
    }

    /** Opens the host's devices, for those who must not make any: root of a user namespace. user_namespaces(7) */
    void openDevices(List<LinuxDevice> nodes) {
        for (LinuxDevice device : nodes) {
            if (!device.type().equals("p")) {
                devices.put(device.path(), openPrivate("device " + device.path(), device.path()));
            }
        }
    }

    /**
     * Opens the host's {@code /dev/null} to hide files with. A container's own one is as good where the runtime has made it; an image's may
     * be anything, a link into {@code /proc} for one (CVE-2025-31133).
     */
    void openMasks(Linux linux) {
        for (String path : linux.maskedPaths()) {
            masks.put(path, openPrivate("mask of " + path, "/dev/null"));
        }
    }

    /** Opens one mount, not those below it, that neither hears of its original nor tells it anything. */
    Cell openPrivate(String name, String path) {
        Cell tree = p.cell(name);
        calls.openTree(path, false, tree);
        calls.attributes(
                "take \"" + path + "\" out of its peers", tree, "", Calls.AT_EMPTY_PATH, 0, 0, MountFlags.MS_PRIVATE);
        return tree;
    }

    Cell of(Mount mount) {
        Cell tree = mounts.get(mount);
        if (tree == null) {
            throw new AssertionError("every bind source is opened before");
        }
        return tree;
    }

    Optional<Cell> device(String path) {
        return Optional.ofNullable(devices.get(path));
    }

    Optional<Cell> mask(String path) {
        return Optional.ofNullable(masks.get(path));
    }
}
