package dev.ferry.cli.rootfs;

import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * A small Java runtime of the kind that runs this program: linked by its jlink, or the running one itself where it has no jlink.
 * Closing it removes what was made.
 */
public final class JavaRuntime implements AutoCloseable {
    private static final String MODULES = "java.base,java.logging";

    private final Path directory;
    private final Optional<Path> made;

    private JavaRuntime(Path directory, Optional<Path> made) {
        this.directory = directory;
        this.made = made;
    }

    public static JavaRuntime make() throws IOException {
        Optional<ToolProvider> jlink = ToolProvider.findFirst("jlink");
        if (jlink.isEmpty()) {
            return new JavaRuntime(Path.of(System.getProperty("java.home")), Optional.empty());
        }
        Path parent = Files.createTempDirectory("ferry-java-");
        JavaRuntime runtime = new JavaRuntime(parent.resolve("java"), Optional.of(parent));
        StringWriter output = new StringWriter();
        int code;
        try (PrintWriter writer = new PrintWriter(output)) {
            code = jlink.get()
                    .run(
                            writer,
                            writer,
                            "--add-modules",
                            MODULES,
                            "--strip-java-debug-attributes",
                            "--no-header-files",
                            "--no-man-pages",
                            "--vm",
                            "server",
                            "--output",
                            runtime.directory.toString());
        }
        if (code != 0) {
            runtime.close();
            throw new Refusal("jlink of '" + System.getProperty("java.home") + "' failed: "
                    + output.toString().strip());
        }
        takeFilesOf(Path.of(System.getProperty("java.home")), runtime.directory);
        return runtime;
    }

    /**
     * Puts the programs and libraries of the running JDK in place of those that jlink took out of its archives: a provisioned JDK is
     * bound to libraries of its own, its archives are not. Debugging symbols, which some archives hold, go.
     */
    static void takeFilesOf(Path home, Path linked) throws IOException {
        for (String folder : List.of("bin", "lib")) {
            try (Stream<Path> tree = Files.walk(linked.resolve(folder))) {
                for (Path file : tree.filter(Files::isRegularFile).toList()) {
                    Path running = home.resolve(linked.relativize(file));
                    if (file.toString().endsWith(".debuginfo")) {
                        Files.delete(file);
                    } else if (ElfFile.read(file).isPresent() && Files.isRegularFile(running)) {
                        Files.copy(running, file, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        }
    }

    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        if (made.isPresent() && Files.exists(made.get())) {
            try (Stream<Path> tree = Files.walk(made.get())) {
                List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
        }
    }
}
