package dev.ferry.bench.migrate;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.engine.app.EngineMain;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.NamespaceHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** An engine as a process on one of two hosts. Closing it ends it; its containers are its owner's. */
final class EngineOnHost implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int PORT = 7000;
    /** What an engine's jar has in its manifest, and the launcher adds: here it is started by its class. */
    private static final List<String> FLAGS = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.nio.channels.spi=ALL-UNNAMED",
            "-XX:+IgnoreUnrecognizedVMOptions",
            // two hosts number their processes alike, and this would be a file of that number in one directory
            "-XX:-UsePerfData",
            "--sun-misc-unsafe-memory-access=allow");

    private final String name;
    private final Path home;
    private final String cgroup;
    private final Process process;
    private final ProcessHandle engine;
    private final EngineClient client;

    private EngineOnHost(String name, Path home, String cgroup, Process process, ProcessHandle engine) {
        this.name = name;
        this.home = home;
        this.cgroup = cgroup;
        this.process = process;
        this.engine = engine;
        this.client = EngineClient.of(new EngineAddress.Unix(home.resolve("run/ferry.sock")));
    }

    /**
     * Starts one and waits until it answers.
     *
     * @param name by which peers know it
     * @param address of the host on the link
     * @param flags for its JVM besides the usual ones
     */
    static EngineOnHost start(
            NamespaceHost host,
            String name,
            String address,
            int number,
            Path home,
            String cgroup,
            Path tools,
            List<String> flags)
            throws IOException, InterruptedException {
        Files.createDirectories(home);
        int port = PORT + number;
        String java = ProcessHandle.current().info().command().orElse("java");
        List<String> command = Stream.of(
                        List.of(java),
                        FLAGS,
                        flags,
                        List.of("-cp", System.getProperty("java.class.path"), EngineMain.class.getName()),
                        List.of(
                                "--root",
                                home.resolve("root").toString(),
                                "--run",
                                home.resolve("run").toString()),
                        List.of(
                                "--cgroup-parent",
                                cgroup,
                                "--bridge",
                                "none",
                                "--tools",
                                tools.toString(),
                                "--peer-name",
                                name),
                        List.of("--peer-listen", address + ":" + port, "--peer-address", address + ":" + port))
                .flatMap(List::stream)
                .toList();
        Path log = home.resolve("engine.log");
        Process process = new ProcessBuilder(host.command(new ArrayList<>(command)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        EngineOnHost started = new EngineOnHost(name, home, cgroup, process, NamespaceHost.inside(process));
        boolean ready = false;
        try {
            started.awaitAnswer(log);
            ready = true;
            return started;
        } finally {
            if (!ready) {
                started.close();
            }
        }
    }

    private void awaitAnswer(Path log) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                client.system().ping();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("engine \"" + name + "\" did not come up: " + Files.readString(log), e);
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    String name() {
        return name;
    }

    EngineClient client() {
        return client;
    }

    Path log(String container) {
        return home.resolve("root/containers").resolve(container).resolve("log");
    }

    /** What it and the programs that it has seen end have given to the disk, in bytes. proc_pid_io(5) */
    long written() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + engine.pid() + "/io"))) {
            return lines.filter(line -> line.startsWith("write_bytes: "))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(' ') + 1)))
                    .sum();
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        engine.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                engine.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(PATIENCE);
    }
}
