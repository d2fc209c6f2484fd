package dev.ferry.cli.invocation;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** How the engine that belongs to this command line is started: through the launcher, else its jar beside ours. */
public final class EngineProgram {
    private EngineProgram() {}

    /**
     * The start of the command line; options follow.
     *
     * @throws Refusal when neither a launcher nor the jar is there
     */
    public static List<String> command(Invocation invocation) throws Refusal {
        String launcher = invocation.environment("FERRY_LAUNCHER");
        if (!launcher.isEmpty()) {
            return List.of(launcher, "engine");
        }
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString());
    }

    private static Path jar() throws Refusal {
        Path own = location();
        Path directory = Files.isDirectory(own) ? own : own.resolveSibling("");
        // beside our jar in an installation; in a build tree beside our module, seen from our jar or from our classes
        List<Path> places = Stream.of(
                        "engine-api.jar",
                        "../../engine-api/target/engine-api.jar",
                        "../../../engine-api/target/engine-api.jar")
                .map(place -> directory.resolve(place).normalize())
                .toList();
        return places.stream()
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new Refusal("no engine found at " + places
                        + "; start this program through the launcher 'ferry', or set FERRY_LAUNCHER to its path"));
    }

    private static Path location() throws Refusal {
        try {
            return Path.of(EngineProgram.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new Refusal("this program can not tell where it lies: " + e.getMessage(), e);
        }
    }
}
