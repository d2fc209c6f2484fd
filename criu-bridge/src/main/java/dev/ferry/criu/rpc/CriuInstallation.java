package dev.ferry.criu.rpc;

import dev.ferry.criu.CriuMissing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CRIU that is used on this host: a command line to which arguments are added. It may begin with a private dynamic loader, for a CRIU that
 * was unpacked beside the system's libraries.
 */
public final class CriuInstallation {
    private static final String REMEDY =
            "run \"ferry provision\" to unpack a private copy, or set FERRY_CRIU to the path of a criu "
                    + CriuVersion.OLDEST_SUPPORTED + " or newer";

    private final List<String> command;

    private CriuInstallation(List<String> command) {
        this.command = List.copyOf(command);
    }

    /**
     * A CRIU that is known to be there.
     *
     * @param command one element per argument, the first one an absolute path
     */
    public static CriuInstallation of(List<String> command) {
        return new CriuInstallation(command);
    }

    /**
     * Finds CRIU: FERRY_CRIU, else {@code <tools>/criu/command} (one argument a line), else {@code criu} on PATH. The tools' directory is
     * FERRY_TOOLS, else /var/lib/ferry/tools for root and ~/.local/share/ferry/tools for everybody else.
     *
     * @param environment of the process
     * @throws CriuMissing if there is none
     */
    public static CriuInstallation locate(Map<String, String> environment) throws CriuMissing {
        String explicit = environment.get("FERRY_CRIU");
        if (explicit != null && !explicit.isEmpty()) {
            return ofFile(Path.of(explicit))
                    .orElseThrow(() ->
                            new CriuMissing("FERRY_CRIU names \"" + explicit + "\", which cannot be executed", REMEDY));
        }
        Path list = tools(environment).resolve("criu/command");
        if (Files.exists(list)) {
            return ofList(list);
        }
        for (String directory : environment
                .getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                .split(":", -1)) {
            Optional<CriuInstallation> found = ofFile(Path.of(directory.isEmpty() ? "." : directory, "criu"));
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new CriuMissing("there is no criu on this host", REMEDY);
    }

    private static Path tools(Map<String, String> environment) {
        String explicit = environment.get("FERRY_TOOLS");
        if (explicit != null && !explicit.isEmpty()) {
            return Path.of(explicit);
        }
        return "root".equals(System.getProperty("user.name"))
                ? Path.of("/var/lib/ferry/tools")
                : Path.of(environment.getOrDefault("HOME", "/"), ".local/share/ferry/tools");
    }

    private static Optional<CriuInstallation> ofFile(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file)
                ? Optional.of(new CriuInstallation(List.of(file.toAbsolutePath().toString())))
                : Optional.empty();
    }

    private static CriuInstallation ofList(Path list) throws CriuMissing {
        List<String> command;
        try {
            command = Files.readAllLines(list).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (IOException e) {
            throw new CriuMissing("\"" + list + "\" cannot be read: " + e.getMessage(), REMEDY);
        }
        if (command.isEmpty() || ofFile(Path.of(command.getFirst())).isEmpty()) {
            throw new CriuMissing("\"" + list + "\" does not name an executable file", REMEDY);
        }
        return new CriuInstallation(command);
    }

    /** The command line, to which CRIU's own arguments are added. */
    public List<String> command() {
        return command;
    }
}
