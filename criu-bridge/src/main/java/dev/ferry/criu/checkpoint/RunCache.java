package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The directory that CRIU sees as /run. CRIU keeps there what it has found out about the kernel (criu.kdat), but only on a tmpfs; without it
 * each run probes again, for 30 to 100 ms. Where /run is no tmpfs, /dev/shm is one.
 */
public final class RunCache {
    private static final long TMPFS_MAGIC = 0x01021994;

    private RunCache() {}

    /** Whether the host's own /run is one that CRIU keeps things in. */
    public static boolean isHosts() throws IOException {
        return isTmpfs(Path.of("/run"));
    }

    /** A directory of ours on a tmpfs; empty where there is none, or where somebody else made it first. */
    public static Optional<Path> choose(Path work) throws IOException {
        Files.createDirectories(work);
        if (isTmpfs(work)) {
            return Optional.of(Files.createDirectories(work.resolve("criu-run")));
        }
        Path shared = Path.of("/dev/shm");
        if (!Files.isDirectory(shared) || !isTmpfs(shared)) {
            return Optional.empty();
        }
        Path cache = shared.resolve("ferry-criu-" + Files.getAttribute(work, "unix:uid"));
        try {
            Files.createDirectory(
                    cache, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // made by an earlier engine; anybody may write into /dev/shm, so it counts only if it is ours
            boolean ours = Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(cache, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(work))
                    && PosixFilePermissions.toString(Files.getPosixFilePermissions(cache, LinkOption.NOFOLLOW_LINKS))
                            .equals("rwx------");
            return ours ? Optional.of(cache) : Optional.empty();
        }
        return Optional.of(cache);
    }

    private static boolean isTmpfs(Path path) throws IOException {
        return Mounts.fileSystem(path).type() == TMPFS_MAGIC;
    }
}
