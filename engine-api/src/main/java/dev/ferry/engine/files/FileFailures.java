package dev.ferry.engine.files;

import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.Forbidden;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.files.NoSuchPath;
import dev.ferry.store.files.PathRefused;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** What went wrong with a path of a container, as the caller may know it. */
final class FileFailures {
    private FileFailures() {}

    static EngineException of(IOException e, String path, String reference, ContainerRecord record) {
        String why = String.valueOf(e.getMessage());
        if (e instanceof NoSuchPath) {
            return new NotFound("file.missing", "Could not find the file " + path + " in container " + reference, e);
        } else if (e instanceof PathRefused || e instanceof ArchiveRefused) {
            return new InvalidRequest("file.refused", why, e);
        } else if (e instanceof ContainerChanged changed) {
            return changed.asConflict();
        }
        Errno errno = errno(e);
        return switch (errno) {
            case EROFS ->
                new Forbidden(
                        "file.read-only",
                        record.host().readonlyRootfs()
                                ? "container rootfs is marked read-only"
                                : "mounted volume is marked read-only",
                        e);
            case ENOTDIR -> new InvalidRequest("file.no-directory", "lstat " + path + ": not a directory", e);
            case ENAMETOOLONG -> new InvalidRequest("file.name", "lstat " + path + ": file name too long", e);
            case ELOOP -> new InvalidRequest("file.loop", "lstat " + path + ": too many levels of symbolic links", e);
            default -> new Failed("file.io", "files of container " + record.name() + ": " + why, e);
        };
    }

    /** The kernel's reason, also where the JDK made the call. */
    private static Errno errno(IOException e) {
        if (e instanceof SyscallException kernel) {
            return kernel.errno();
        }
        if (e instanceof FileSystemException file && file.getReason() != null) {
            for (Errno each : Errno.values()) {
                if (file.getReason().equals(each.text())) {
                    return each;
                }
            }
        }
        return Errno.UNKNOWN;
    }
}
