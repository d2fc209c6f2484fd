package dev.ferry.runtime.container;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An OCI runtime that is not ours: a program with the verbs of runc, which makes and changes containers and ends.
 *
 * @param name what users call it
 * @param program its absolute path
 * @param home a directory of ours that need not survive a reboot, short enough for the path of a socket in it
 */
public record ForeignRuntime(String name, Path program, Path home) {
    /** A command line has more of them; a wrapper script can set what a runtime needs beside. */
    private static final List<String> HANDED_ON =
            List.of("PATH", "HOME", "TMPDIR", "XDG_RUNTIME_DIR", "LD_LIBRARY_PATH", "JAVA_HOME");

    private static final String OURS = "FERRY_";
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public ForeignRuntime {
        if (!program.isAbsolute()) {
            throw new IllegalArgumentException(
                    "program \"%s\" of runtime \"%s\" is no absolute path".formatted(program, name));
        }
    }

    /** Where it keeps what it knows of its containers, a directory for each. */
    public Path states() {
        return home.resolve("states");
    }

    /** A command line that tells of errors on standard error. */
    List<String> command(String... words) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--root", states().toString()));
        command.addAll(List.of(words));
        return command;
    }

    /** A command line that tells of errors in a file, a line of JSON each. */
    List<String> command(Path log, List<String> words) {
        List<String> command = new ArrayList<>(command("--log", log.toString(), "--log-format", "json"));
        command.addAll(words);
        return command;
    }

    /**
     * What it finds in its environment: of the engine's own the little that programs and wrapper scripts need. Others would change what it
     * does, as NOTIFY_SOCKET and LISTEN_FDS do, which it would hand on to the container, or are nothing that it should know.
     */
    static List<String> environment(Map<String, String> engines) {
        List<String> environment = new ArrayList<>();
        engines.forEach((name, value) -> {
            if (HANDED_ON.contains(name) || name.startsWith(OURS)) {
                environment.add(name + "=" + value);
            }
        });
        if (!engines.containsKey("PATH")) {
            environment.add(PATH);
        }
        environment.sort(null);
        return environment;
    }
}
