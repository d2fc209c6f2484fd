package dev.ferry.runtime.mount;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.OpenNodes;
import dev.ferry.runtime.linux.RootedPaths;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.CloneFlags;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of a container as it sees them itself, in the hand of somebody outside: a detached copy of its mounts (open_tree(2)).
 *
 * <p>Nothing is mounted on the host. Closing it takes the copy away, and so does the end of this process. The container may come, go, mount
 * and unmount meanwhile: the copy shows the same file systems.
 */
public final class RootView implements AutoCloseable {
    private final Fd root;

    private RootView(Fd root) {
        this.root = root;
    }

    /** What a container that does not run would see at a path: a directory or a file of the host. */
    public record Visible(Path source, String destination, boolean readOnly) {}

    /** How the writable layer of a container that does not run is shown. */
    public enum Writes {
        /** They land in it. Nobody else may have it mounted. */
        KEPT,
        /** They land nowhere: it is shown through a layer in memory, which goes with the view. */
        LOST,
        /** They are refused. */
        REFUSED
    }

    /**
     * Of a container that runs.
     *
     * @param pid its init; the caller makes sure that it has not been replaced meanwhile
     * @param withMounts whether what is mounted in it is shown too, or only its root
     */
    public static RootView ofProcess(int pid, boolean withMounts) throws IOException {
        try (Fd namespace = OpenFiles.open(Path.of("/proc/" + pid + "/ns/mnt"), OpenFlags.O_RDONLY)) {
            return new RootView(
                    NamespaceThread.insideMounts(namespace, () -> Mounts.cloneTree(Path.of("/"), withMounts)));
        }
    }

    /**
     * Of a container that does not run.
     *
     * @param place an empty directory of the host, only used inside a mount namespace that is gone when this returns
     */
    public static RootView ofLayers(RootFilesystem.Overlay layers, Writes writes, List<Visible> visible, Path place)
            throws IOException {
        return new RootView(NamespaceThread.inNew(CloneFlags.CLONE_NEWNS, () -> {
            Mounts.mount(null, Path.of("/"), null, MountFlags.MS_REC | MountFlags.MS_PRIVATE, null);
            Mounts.mount("tmpfs", place, "tmpfs", MountFlags.MS_NOSUID | MountFlags.MS_NODEV, "mode=0700");
            Path merged = Files.createDirectory(place.resolve("m"));
            Mounts.mount("overlay", merged, "overlay", 0, options(layers, writes, place));
            try (Fd top = OpenFiles.open(merged, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)) {
                int number = 0;
                for (Visible each : visible) {
                    show(each, place.resolve("b" + number++), top);
                }
            }
            if (writes == Writes.REFUSED) {
                Mounts.setAttributes(merged, false, MountFlags.MOUNT_ATTR_RDONLY, 0, 0);
            }
            return Mounts.cloneTree(merged, true);
        }));
    }

    /** The container's {@code /}, with O_PATH; this view's own. */
    public Fd root() {
        return root;
    }

    /** Takes the view away. Who reads a file of it goes on. */
    @Override
    public void close() {
        root.close();
    }

    private static String options(RootFilesystem.Overlay layers, Writes writes, Path place) throws IOException {
        if (writes != Writes.LOST) {
            return layers.options();
        }
        Path upper = Files.createDirectory(place.resolve("u"));
        Path work = Files.createDirectory(place.resolve("w"));
        List<String> lower = new java.util.ArrayList<>();
        lower.add(layers.upper().toString());
        layers.lower().forEach(layer -> lower.add(layer.toString()));
        return "lowerdir=" + String.join(":", lower) + ",upperdir=" + upper + ",workdir=" + work;
    }

    /** Bound twice: the second bind takes over that the first is read-only, and finds its target through a descriptor. */
    private static void show(Visible visible, Path aside, Fd top) throws IOException {
        boolean directory = Files.isDirectory(visible.source());
        if (directory) {
            Files.createDirectory(aside);
        } else {
            Files.createFile(aside);
        }
        Mounts.bind(visible.source(), aside, true);
        if (visible.readOnly()) {
            Mounts.setAttributes(aside, true, MountFlags.MOUNT_ATTR_RDONLY, 0, 0);
        }
        try (Fd target = target(top, visible.destination(), directory)) {
            Mounts.bind(aside, OpenNodes.path(target), true);
        }
    }

    private static Fd target(Fd top, String path, boolean directory) throws IOException {
        if (directory) {
            return RootedPaths.openDirectory(top, path);
        }
        try {
            return RootedPaths.open(top, path, OpenFlags.O_PATH);
        } catch (SyscallException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        int slash = path.lastIndexOf('/');
        try (Fd above = RootedPaths.openDirectory(top, path.substring(0, slash + 1))) {
            Files.createFile(OpenNodes.path(above).resolve(path.substring(slash + 1)));
        }
        return RootedPaths.open(top, path, OpenFlags.O_PATH);
    }
}
