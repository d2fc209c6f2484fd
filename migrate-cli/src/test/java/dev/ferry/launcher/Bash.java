package dev.ferry.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs bash with an environment that holds nothing but what a test puts there. */
final class Bash {
    /** The repository: the directory above the module's, which is where Maven runs its tests. */
    static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    record Result(int code, String out, String err, long pid) {}

    private final Map<String, String> environment = new HashMap<>();
    private final Path directory;

    Bash(Path directory) {
        this.directory = directory;
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", directory.toString());
        environment.put("FERRY_TOOLS", directory.resolve("tools prefix").toString());
    }

    Bash with(String name, Object value) {
        environment.put(name, value.toString());
        return this;
    }

    /** Sources launcher and provisioning, sets their variables as main() does, then runs {@code script}. */
    Result sourced(String script) throws IOException, InterruptedException {
        String preamble = """
                . "$0/ferry"; . "$0/tools/provision.sh"
                HOME_DIR=$0; locate_tools; JDK_DIRECTORIES=(); JDK_REFUSED=''
                """;
        return run(List.of("/bin/bash", "-c", preamble + script, REPOSITORY.toString()));
    }

    Result run(List<String> command) throws IOException, InterruptedException {
        Process process = start(command);
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(directory.resolve("stderr")), process.pid());
    }

    Process start(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectError(directory.resolve("stderr").toFile());
        return builder.start();
    }

    /** Writes an executable script. */
    static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make \"" + file + "\" executable");
        }
        return file;
    }

    /** A directory that looks like a full JDK of the given version; its java is {@code javaScript}. */
    static Path jdk(Path home, String version, String javaScript) throws IOException {
        script(home.resolve("bin/java"), javaScript);
        script(home.resolve("bin/javac"), "");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }
}
