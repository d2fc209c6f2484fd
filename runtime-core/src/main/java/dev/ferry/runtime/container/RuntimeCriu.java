package dev.ferry.runtime.container;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.spawn.Cell;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * CRIU for containers that have no monitor. It is a child of this process, and so is the init that it restores, which becomes the next
 * subreaper's when this process ends.
 */
public final class RuntimeCriu {
    /** The number of the network namespace in a CRIU that restores. */
    public static final int NETWORK = MonitorFd.NETWORK.number();

    private static final List<MonitorFd> STANDARD =
            List.of(MonitorFd.STDIN_READ, MonitorFd.STDOUT_WRITE, MonitorFd.STDERR_WRITE);

    private final Spawner spawner;

    /** Keeps program images in memory; where that is forbidden, in that directory of ours. */
    public RuntimeCriu(Path images) {
        this.spawner = Spawner.ofHost(images);
    }

    /** The number of one of our standard descriptors in a CRIU that restores. */
    public static int standard(int number) {
        return STANDARD.get(number).number();
    }

    /** One that dumps or is asked. */
    public CriuChild dumping(CriuLaunch request) throws SpawnException, IOException {
        return CriuLauncher.start(spawner, request, Map.of(), calls -> {});
    }

    /**
     * A root for a container that comes back.
     *
     * @param source the root file system, absolute
     * @param mountPoint an empty directory where CRIU finds it, in a mount namespace of its own
     * @param places what is made in it where it is missing, because something will be mounted there
     */
    public record Root(Path source, Path mountPoint, List<Place> places) {
        public Root {
            places = List.copyOf(places);
        }
    }

    /**
     * A mount point.
     *
     * @param path absolute, inside the root
     * @param directory whether it is one, or a file
     */
    public record Place(String path, boolean directory) {}

    /**
     * Cgroups that a CRIU enters before it is asked for anything, so that what it restores is born in them.
     *
     * @param files take its entry
     * @param namespace whether it makes a cgroup namespace there, which is then that of what it restores
     */
    public record Cgroups(List<Path> files, boolean namespace) {
        /** It stays where it is. */
        public static final Cgroups NONE = new Cgroups(List.of(), false);

        public Cgroups {
            files = List.copyOf(files);
        }
    }

    /**
     * One that restores.
     *
     * @param cgroups where it is while it does
     * @param standard which of our standard descriptors it has, at {@link #standard} in it; they stay open here
     * @param network the file of a network namespace that the container lives in; empty when it has one of its own
     */
    public CriuChild restoring(
            CriuLaunch request, Root root, Cgroups cgroups, Set<Integer> standard, Optional<Path> network)
            throws SpawnException, IOException {
        Map<MonitorFd, Fd> given = new EnumMap<>(MonitorFd.class);
        List<Fd> opened = new ArrayList<>();
        try {
            for (int number : standard) {
                given.put(STANDARD.get(number), Fd.adopt(number));
            }
            if (network.isPresent()) {
                Fd namespace = OpenFiles.open(network.get(), OpenFlags.O_RDONLY);
                opened.add(namespace);
                given.put(MonitorFd.NETWORK, namespace);
            }
            return CriuLauncher.start(spawner, request, given, calls -> {
                enter(calls, cgroups);
                prepare(calls, root);
            });
        } finally {
            opened.forEach(Fd::close);
        }
    }

    private static void enter(Calls calls, Cgroups cgroups) {
        ProgramBuilder p = calls.program();
        p.stage("cgroups");
        for (Path file : cgroups.files()) {
            Cell opened = p.cell("cgroup");
            calls.open(file.toString(), Calls.O_WRONLY, opened);
            p.call("join cgroup \"" + file.getParent() + "\"", Syscall.WRITE, opened, "0", 1);
            calls.close(opened);
        }
        if (cgroups.namespace()) {
            p.call("make a cgroup namespace", Syscall.UNSHARE, NamespaceKind.CGROUP.cloneFlag());
        }
    }

    /** The places are made by somebody whose root it is: a symbolic link in an image leads nowhere else. */
    private static void prepare(Calls calls, Root root) {
        InitText.mountRoot(calls, new RootFilesystem.Bind(root.source()), root.mountPoint());
        if (root.places().isEmpty()) {
            return;
        }
        ProgramBuilder p = calls.program();
        p.stage("mount points");
        Cell host = p.cell("host's root");
        calls.open("/", Calls.O_PATH | Calls.O_DIRECTORY, host);
        p.call("take the container's root", Syscall.CHROOT, root.mountPoint().toString());
        for (Place place : root.places()) {
            if (place.directory()) {
                calls.directories(place.path());
            } else {
                calls.file(place.path());
            }
        }
        p.call("leave the container's root", Syscall.FCHDIR, host);
        p.call("take the host's root", Syscall.CHROOT, ".");
        calls.close(host);
    }
}
