package dev.ferry.engine.container;

import dev.ferry.runtime.container.SmallInit;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * {@code --init}: the program that is process 1 lies in the container's writable layer, like the files of {@code /etc}. A checkpoint carries
 * it, so that a container finds the very bytes again that it runs, also on a host whose engine would write others.
 */
final class InitFile {

    /** At the top, where no symbolic link of the image is on the way. */
    static final String PATH = "/.ferry-init";

    private InitFile() {}

    static boolean isWanted(ContainerRecord record) {
        return Boolean.TRUE.equals(record.host().resources().init());
    }

    /** What process 1 executes. */
    static List<String> arguments(ContainerRecord record) {
        return isWanted(record) ? SmallInit.arguments(PATH, record.arguments()) : record.arguments();
    }

    /** Writes it for a start. A restored container brings its own. */
    static void write(Path upper, ContainerRecord record, Spec spec) throws IOException {
        Process process = spec.process();
        if (!isWanted(record) || record.restoredFrom() != null || process == null) {
            return;
        }
        Path file = upper.resolve(PATH.substring(1));
        // never through what the container may have put there
        Files.deleteIfExists(file);
        Files.write(file, SmallInit.file(PATH, record.arguments(), process.env()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
