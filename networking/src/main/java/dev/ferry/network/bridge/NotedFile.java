package dev.ferry.network.bridge;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that is there whole or as it was before: a temporary one, flushed, renamed, its folder flushed. One writer at a time. */
final class NotedFile {
    /** How files end that a crash has left; nobody reads them. */
    static final String TEMPORARY = ".new";

    private NotedFile() {}

    static void replace(Path directory, String name, byte[] bytes) throws IOException {
        Path temporary = directory.resolve(name + TEMPORARY);
        try (Fd out = OpenFiles.open(temporary, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, 0600)) {
            OpenFiles.writeFully(out, bytes);
            OpenFiles.fdatasync(out);
        }
        Files.move(
                temporary,
                directory.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        try (Fd folder = OpenFiles.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            OpenFiles.fsync(folder);
        }
    }
}
