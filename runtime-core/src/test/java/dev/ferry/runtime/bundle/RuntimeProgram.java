package dev.ferry.runtime.bundle;

import dev.ferry.runtime.command.RuntimeMain;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.JvmFlags;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The runtime as a program of its own, since containers write to its very descriptors. */
public final class RuntimeProgram {
    final Path home;
    final Path log;
    private final List<String> before;

    /** Whose states, and whatever else a test needs, lie in a directory. */
    public RuntimeProgram(Path home) {
        this(home, List.of());
    }

    private RuntimeProgram(Path home, List<String> before) {
        this.home = home;
        this.log = home.resolve("log.json");
        this.before = before;
    }

    /** The same, called by a command that comes before it. */
    RuntimeProgram behind(List<String> words) {
        return new RuntimeProgram(home, words);
    }

    /** A bundle around a root that exists. */
    public Path bundle(String name, Spec spec, Path root) throws IOException {
        Path bundle = Files.createDirectory(home.resolve(name));
        Files.createSymbolicLink(bundle.resolve("rootfs"), root);
        Files.write(bundle.resolve("config.json"), OciJson.write(spec));
        return bundle;
    }

    /** What a call came to. */
    public record Result(int code, String out, String err) {}

    /** A call with nothing to read. */
    public Result call(String... words) throws IOException, InterruptedException {
        return call(ProcessBuilder.Redirect.from(new File("/dev/null")), words);
    }

    Result call(ProcessBuilder.Redirect input, String... words) throws IOException, InterruptedException {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        Process process = new ProcessBuilder(command(words))
                .redirectInput(input)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int code = process.waitFor();
        return new Result(code, Files.readString(out), Files.readString(err));
    }

    /** A call whose container writes to a file that stays. */
    Result create(Path output, String... words) throws IOException, InterruptedException {
        Path err = Files.createTempFile(home, "err", "");
        Process process = new ProcessBuilder(command(words))
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile())
                .redirectError(err.toFile())
                .start();
        return new Result(process.waitFor(), "", Files.readString(err));
    }

    /** The command line, for whoever starts it in another way. */
    public List<String> command(String... words) {
        List<String> command = new ArrayList<>(before);
        command.addAll(JvmFlags.command("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), RuntimeMain.class.getName()));
        command.addAll(List.of("--root", home.resolve("states").toString()));
        command.addAll(List.of("--log", log.toString(), "--log-format", "json"));
        command.addAll(List.of(words));
        return command;
    }

    /** What the log's last line says. */
    String lastMessage() throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        return lines.getLast();
    }
}
