package dev.ferry.bench.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where other runtimes are found: among Ferry's tools, else where a host has its programs. */
public final class PeerPrograms {
    private static final List<String> SEARCHED =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private PeerPrograms() {}

    /**
     * The words that start a runtime.
     *
     * @param name such as {@code runc}
     * @param tools where provisioned programs lie, in {@code peers/<name>/command}
     * @return empty when this machine does not have it
     */
    public static List<String> find(String name, Path tools) throws IOException {
        Path provisioned = tools.resolve("peers").resolve(name).resolve("command");
        if (Files.isReadable(provisioned)) {
            return Files.readAllLines(provisioned).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
        return SEARCHED.stream()
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .map(path -> List.of(path.toString()))
                .orElse(List.of());
    }
}
