package dev.ferry.engine.app;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.JvmFlags;
import dev.ferry.testing.NamespaceHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;

/** A temporary root with an engine as a process of its own, and the docker command line at it. */
final class EngineHouse {

    private static final long PATIENCE_SECONDS = 60;

    final Path home;

    /** What the docker command line finds in its environment besides the test's own. */
    final Map<String, String> environment = new HashMap<>();

    private final String cgroup =
            "/ferry-test-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final @Nullable NamespaceHost host;
    private @Nullable Process engine;
    /** The engine itself: on a host of namespaces the process that was started only waits for it. */
    private @Nullable ProcessHandle itself;

    /** What a command printed, standard output and error together, and its exit code. */
    record Outcome(int code, String text) {
        String line() {
            return text.strip();
        }
    }

    EngineHouse(Path home) {
        this(home, null);
    }

    /** One whose engine lives on another host, and has a default network there. */
    EngineHouse(Path home, @Nullable NamespaceHost host) {
        this.home = home;
        this.host = host;
    }

    /** Starts an engine and waits until it answers. */
    void start(String... more) throws IOException, InterruptedException {
        launch(more);
        awaitReady();
    }

    /** Starts an engine; it may not answer yet. */
    void launch(String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(JvmFlags.command(
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.ferry.engine.app.EngineMain",
                "--root",
                home.resolve("root").toString(),
                "--run",
                home.resolve("run").toString(),
                "--cgroup-parent",
                cgroup));
        if (host == null) {
            // it runs in this machine's network, of which nothing may change
            command.addAll(List.of("--bridge", "none"));
        }
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(host == null ? command : host.command(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("engine.log").toFile()))
                .start();
        engine = process;
        itself = host == null ? process.toHandle() : NamespaceHost.inside(process);
    }

    /** Waits until the engine that was launched last answers. */
    void awaitReady() throws IOException, InterruptedException {
        Process process = engine;
        if (process == null) {
            throw new IllegalStateException("no engine was launched");
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (docker("version").code() != 0) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("engine did not come up: " + Files.readString(home.resolve("engine.log")));
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    /** Of the engine that was launched last. */
    long pid() {
        ProcessHandle process = itself;
        if (process == null) {
            throw new IllegalStateException("no engine was launched");
        }
        return process.pid();
    }

    void killEngine() throws InterruptedException {
        Process process = engine;
        ProcessHandle its = itself;
        if (process != null && its != null) {
            its.destroyForcibly();
            process.waitFor();
        }
    }

    Outcome docker(String... arguments) throws IOException, InterruptedException {
        return docker(new byte[0], arguments);
    }

    Outcome docker(byte[] input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("docker", "-H", "unix://" + home.resolve("run/ferry.sock")));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("DOCKER_CONFIG", home.resolve("docker-config").toString());
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(input);
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("docker " + String.join(" ", arguments) + " hangs");
        }
        return new Outcome(process.exitValue(), text);
    }

    /** A root file system of nothing but busybox, as docker import takes it. */
    void importBusybox() throws IOException, InterruptedException {
        Path busybox = Path.of("/bin/busybox");
        byte[] program = Files.readAllBytes(busybox);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (String directory : List.of("bin/", "etc/", "tmp/", "root/", "home/")) {
                tar.putArchiveEntry(new TarArchiveEntry(directory));
                tar.closeArchiveEntry();
            }
            TarArchiveEntry entry = new TarArchiveEntry("bin/busybox");
            entry.setSize(program.length);
            entry.setMode(0100755);
            tar.putArchiveEntry(entry);
            tar.write(program);
            tar.closeArchiveEntry();
            for (String name : List.of("sh", "echo", "cat", "sleep", "true", "id", "tty", "grep", "usleep")) {
                TarArchiveEntry link = new TarArchiveEntry("bin/" + name, TarArchiveEntry.LF_SYMLINK);
                link.setLinkName("busybox");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
        }
        Outcome outcome = docker(bytes.toByteArray(), "import", "-", "busybox:latest");
        if (outcome.code() != 0) {
            throw new IOException(outcome.text());
        }
    }

    /** Removes every container and ends the engine. */
    void end() throws IOException, InterruptedException {
        Process process = engine;
        if (process == null) {
            return;
        }
        if (!process.isAlive()) {
            start();
            process = engine;
        }
        for (String id : docker("ps", "-aq").text().lines().toList()) {
            docker("rm", "-f", id);
        }
        ProcessHandle its = itself;
        if (process != null && its != null) {
            its.destroy();
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        // the engine keeps its parent for the next start; here there is none
        CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(Duration.ofSeconds(PATIENCE_SECONDS));
    }
}
