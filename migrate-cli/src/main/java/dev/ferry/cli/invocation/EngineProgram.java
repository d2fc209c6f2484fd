package dev.ferry.cli.invocation;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How the programs that belong to this command line are started: through the launcher; the engine also from its jar beside ours. */
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

    /**
     * The start of a command line that only the launcher knows.
     *
     * @throws Refusal when this program was not started by a launcher
     */
    public static List<String> launched(Invocation invocation, String command) throws Refusal {
        String launcher = invocation.environment("FERRY_LAUNCHER");
        if (launcher.isEmpty()) {
            throw new Refusal("'" + command + "' is done by the launcher: start this program through 'ferry' of the"
                    + " repository, or set FERRY_LAUNCHER to its path");
        }
        return List.of(launcher, command);
    }

    /** Runs a program with this one's own input and output; it ends when this one does. */
    public static int run(List<String> start, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(start);
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stop-" + process.pid()));
        return process.waitFor();
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
