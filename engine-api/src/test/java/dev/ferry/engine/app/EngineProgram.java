package dev.ferry.engine.app;

import dev.ferry.testing.JvmFlags;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command of an engine that tests kill and start again, hundreds of times. An archive of its classes halves the start; there is one for all
 * tests of a JVM, made by an engine that is started and ended for it. Archives want jars, and a module's own classes are a directory in a test.
 */
final class EngineProgram {
    private static final long PATIENCE_SECONDS = 120;
    private static @Nullable List<String> ready;

    private EngineProgram() {}

    /** Program and first arguments; options of the engine follow. */
    static List<String> command(Path home) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prepared());
        command.add(home.toString());
        return command;
    }

    private static synchronized List<String> prepared() throws IOException, InterruptedException {
        List<String> known = ready;
        if (known == null) {
            Path place = Files.createTempDirectory("ferry-engine-program");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
            Path archive = place.resolve("classes.jsa");
            Path program = program(place);
            train(place, command("-XX:ArchiveClassesAtExit=" + archive, program));
            known = command("-XX:SharedArchiveFile=" + archive, program);
            ready = known;
        }
        return known;
    }

    private static List<String> command(String sharing, Path program) {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        // the others are in the manifest: given as options they would forbid the archive
        JvmFlags.ofThisOne().stream().filter(flag -> !inManifest(flag)).forEach(command::add);
        command.addAll(List.of(
                "-Xmx256m",
                "-Xshare:auto",
                sharing,
                "-Xlog:disable",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-jar",
                program.toString()));
        return command;
    }

    private static boolean inManifest(String flag) {
        return flag.startsWith("--add-") || flag.startsWith("--enable-native-access");
    }

    /** Without an archive it works too, only slower: what went wrong is no test's matter. */
    private static void train(Path place, List<String> program) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                place.toString(),
                "--root",
                place.resolve("root").toString(),
                "--run",
                place.resolve("run").toString(),
                "--cgroup-parent",
                "/" + dev.ferry.testing.OwnNames.fresh(),
                "--bridge",
                "none"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(place.resolve("log").toFile())
                .start();
        CheckpointHouse.await(
                "an engine to make an archive of",
                () -> !process.isAlive() || Files.exists(place.resolve("run/ferry.sock")));
        process.destroy();
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** A jar that names all others, and what they may open. */
    private static Path program(Path place) throws IOException {
        List<String> path = new ArrayList<>();
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path entry = Path.of(each);
            Path jar = Files.isDirectory(entry) ? jar(entry, place.resolve(path.size() + ".jar")) : entry;
            path.add(jar.toUri().toString());
        }
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, DyingEngine.class.getName());
        main.put(Attributes.Name.CLASS_PATH, String.join(" ", path));
        main.putValue("Enable-Native-Access", "ALL-UNNAMED");
        main.putValue("Add-Exports", opened("--add-exports"));
        main.putValue("Add-Opens", opened("--add-opens"));
        Path program = place.resolve("engine.jar");
        try (OutputStream file = Files.newOutputStream(program);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.finish();
        }
        return program;
    }

    private static String opened(String option) {
        return JvmFlags.ofThisOne().stream()
                .filter(flag -> flag.startsWith(option + "="))
                .map(flag -> flag.substring(option.length() + 1, flag.lastIndexOf('=')))
                .collect(Collectors.joining(" "));
    }

    private static Path jar(Path directory, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(directory.relativize(each).toString()));
                Files.copy(each, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    private static void delete(Path place) {
        try {
            dev.ferry.engine.container.Incarnations.deleteTree(place);
        } catch (IOException e) {
            // a temporary directory stays: nothing to be done at the end of a JVM
        }
    }
}
