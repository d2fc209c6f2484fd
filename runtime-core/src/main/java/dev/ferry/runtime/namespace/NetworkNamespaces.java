package dev.ferry.runtime.namespace;

import dev.ferry.runtime.linux.DeviceControl;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.MountFlags;
import dev.ferry.runtime.oci.NamespaceKind;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Network namespaces pinned to files.
 *
 * <p>A namespace lives as long as something refers to it; the <i>pin</i>, a file that {@code /proc/PID/ns/net} is bind-mounted on,
 * keeps it through a death of the engine. Pins belong into the run directory, one for each container, named after it. After a crash
 * between the making of the file and the mount the file is empty: it counts as absent. After a reboot all of them are.
 */
public final class NetworkNamespaces {
    /** What statfs(2) says of a namespace file; linux/magic.h */
    private static final long NSFS_MAGIC = 0x6e73_6673L;

    private NetworkNamespaces() {}

    /**
     * Makes a namespace whose loopback interface is up, and pins it. A pin of that name that is left over is replaced: its namespace
     * goes when the last process in it does.
     *
     * @param pin absolute; the directories above it are made
     */
    public static void create(Path pin) throws IOException {
        remove(pin);
        Files.createDirectories(directoryOf(pin));
        try {
            Files.createFile(pin);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "cannot pin a network namespace to \"%s\": something else is there; remove it".formatted(pin), e);
        }
        try {
            // only the network is unshared: the mount is made where everybody else sees it
            NamespaceThread.inNew(NamespaceKind.NETWORK.cloneFlag(), () -> {
                DeviceControl.switchOn("lo");
                Mounts.bind(Path.of("/proc/thread-self/ns/net"), pin, false);
                return pin;
            });
        } catch (IOException | RuntimeException e) {
            try {
                remove(pin);
            } catch (IOException cleanup) {
                e.addSuppressed(cleanup);
            }
            throw e;
        }
    }

    /** Whether a namespace is pinned there. */
    public static boolean isPinned(Path pin) throws IOException {
        try {
            return Mounts.fileSystem(pin).type() == NSFS_MAGIC;
        } catch (SyscallException e) {
            if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
                return false;
            }
            throw e;
        }
    }

    /**
     * The number that the kernel and CRIU call the namespace by, {@code net:[4026532177]}.
     *
     * @throws IOException also when nothing is pinned there
     */
    public static long inode(Path pin) throws IOException {
        if (!isPinned(pin)) {
            throw new IOException("no network namespace is pinned to \"%s\"; create it again".formatted(pin));
        }
        return ((Number) Files.getAttribute(pin, "unix:ino")).longValue();
    }

    /** Takes the pin away; one that is not there is no error. The namespace goes when the last process in it does. */
    public static void remove(Path pin) throws IOException {
        // a pin can be mounted over more than once, by an engine that died and one that came after it
        while (isPinned(pin)) {
            Mounts.unmount(pin, MountFlags.MNT_DETACH);
        }
        try {
            if (Files.size(pin) == 0 && Files.isRegularFile(pin)) {
                Files.delete(pin);
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    /**
     * Removes the pins of a directory that nobody needs any more: those of containers that went while no engine ran.
     *
     * @return the pins that were removed
     */
    public static List<Path> removeExcept(Path directory, Set<Path> needed) throws IOException {
        var removed = new ArrayList<Path>();
        try (DirectoryStream<Path> pins = Files.newDirectoryStream(directory)) {
            for (Path pin : pins) {
                if (!needed.contains(pin) && Files.isRegularFile(pin)) {
                    remove(pin);
                    removed.add(pin);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return removed;
    }

    private static Path directoryOf(Path pin) {
        Path directory = pin.getParent();
        if (!pin.isAbsolute() || directory == null) {
            throw new IllegalArgumentException("pin \"%s\" is relative; it must be an absolute path".formatted(pin));
        }
        return directory;
    }
}
