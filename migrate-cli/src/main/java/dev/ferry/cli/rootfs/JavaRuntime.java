package dev.ferry.cli.rootfs;

import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
        return runtime;
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
