package dev.ferry.engine.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.client.ImageCalls;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.HostConfig;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import dev.ferry.store.content.StepListener;
import dev.ferry.testing.NamespaceHost;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.TestRoot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A temporary root with an engine, in this process or in one that can be killed, and jobs that notice when they are tampered with. */
final class CheckpointHouse {
    static final String IMAGE = "busybox:latest";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Counts, and says so when its memory is not what it was. */
    static final String JOB = "d=$(head -c 300000 /dev/urandom | base64); sum=$(echo \"$d\" | md5sum); i=0;"
            + " while :; do [ \"$(echo \"$d\" | md5sum)\" = \"$sum\" ] || echo torn; echo $i; i=$((i+1)); usleep 10000; done";

    final Path home;
    EngineClient client;
    private final String cgroup = "/" + OwnNames.fresh();
    private final @Nullable NamespaceHost host;
    private List<String> moreOptions = List.of();
    private @Nullable Process apart;
    private @Nullable ProcessHandle engine;
    private @Nullable Engine here;

    CheckpointHouse(Path home) {
        this(home, null);
    }

    /** A house whose engine is a process on another host, that sees the same disk. */
    CheckpointHouse(Path home, @Nullable NamespaceHost host) {
        this.home = home;
        this.host = host;
        this.client = newClient();
    }

    private EngineClient newClient() {
        return EngineClient.of(new EngineAddress.Unix(run().resolve("ferry.sock")));
    }

    private Path run() {
        return home.resolve("run");
    }

    /** An engine in this process. */
    CheckpointHouse startHere() throws IOException, InterruptedException {
        here = Engine.start(EngineOptions.in(home.resolve("root"), run(), cgroup));
        return this;
    }

    /** The same with somebody who hears of every step. */
    CheckpointHouse startHere(StepListener steps) throws IOException, InterruptedException {
        here = Engine.start(EngineOptions.in(home.resolve("root"), run(), cgroup), steps);
        return this;
    }

    /** An engine in this process that finds its CRIU elsewhere. */
    CheckpointHouse startHere(Path tools) throws IOException, InterruptedException {
        here = Engine.start(
                EngineOptions.in(home.resolve("root"), run(), cgroup).withTools(tools));
        return this;
    }

    /** Lets go of the engine in this process; what runs goes on. */
    void stopHere() throws IOException {
        Engine engine = here;
        if (engine != null) {
            // an engine waits for connections that are still open
            client.close();
            engine.close();
            here = null;
            client = newClient();
        }
    }

    /** An engine as a process of its own. */
    CheckpointHouse startApart(String... more) throws IOException, InterruptedException {
        if (more.length > 0) {
            moreOptions = List.of(more);
        }
        List<String> command = new ArrayList<>(EngineProgram.command(home));
        command.addAll(List.of(
                "--root",
                home.resolve("root").toString(),
                "--run",
                run().toString(),
                "--cgroup-parent",
                cgroup,
                "--bridge",
                "none"));
        command.addAll(moreOptions);
        Process process = new ProcessBuilder(host == null ? command : host.command(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(engineLog().toFile()))
                .start();
        apart = process;
        engine = host == null ? process.toHandle() : NamespaceHost.inside(process);
        await("the engine answers", () -> {
            if (!process.isAlive()) {
                throw new IOException("engine did not come up: " + Files.readString(engineLog()));
            }
            try {
                client.system().ping();
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return this;
    }

    /** Ends the engine that is a process of its own without a warning. */
    void killApart() throws InterruptedException {
        Process process = apart;
        ProcessHandle its = engine;
        if (process != null && its != null) {
            its.destroyForcibly();
            process.waitFor();
        }
    }

    boolean isAlive() {
        return apart != null && apart.isAlive();
    }

    /** A job that this house has come to by a migration. */
    Job job(String id) {
        return new Job(id);
    }

    Path engineLog() {
        return home.resolve("engine.log");
    }

    /** Orders the engine to die before its n-th step from now. */
    void dieBefore(int step) throws IOException {
        Files.deleteIfExists(DyingEngine.trace(home));
        Files.writeString(DyingEngine.order(home), Integer.toString(step));
    }

    /** Whether the order was carried out; it is over now in both cases. The steps are those since it was given. */
    Optional<List<String>> died() throws IOException, InterruptedException {
        int left = Integer.parseInt(Files.readString(DyingEngine.order(home)).strip());
        Files.delete(DyingEngine.order(home));
        if (left > 0) {
            return Optional.empty();
        }
        Process process = apart;
        if (process == null || !process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("no engine of its own died");
        }
        return Optional.of(Files.readAllLines(DyingEngine.trace(home)));
    }

    /** Takes an order back that did not come to be carried out; the steps are those since it was given. */
    List<String> livedOn() throws IOException {
        Files.delete(DyingEngine.order(home));
        return Files.readAllLines(DyingEngine.trace(home));
    }

    /** Brings an image of the host's busybox in. */
    CheckpointHouse withBusybox() throws IOException, InterruptedException {
        Path root = TestRoot.makeIn(home.resolve("busybox"));
        client.images()
                .importRootfs(
                        new ImageCalls.ImportOptions("busybox", "latest", "", List.of()),
                        out -> {
                            Process tar = new ProcessBuilder("tar", "-C", root.toString(), "-c", ".").start();
                            try (var in = tar.getInputStream()) {
                                in.transferTo(out);
                            }
                        },
                        progress -> {});
        return this;
    }

    /** Starts a shell script in a container without a network. */
    Job start(String script) throws IOException {
        return start(script, config -> config, host -> host);
    }

    Job start(String script, UnaryOperator<ContainerConfig.Builder> config, UnaryOperator<HostConfig.Builder> host)
            throws IOException {
        String id = client.containers()
                .create(
                        ContainerCreateRequest.builder()
                                .config(config.apply(ContainerConfig.builder()
                                                .image(IMAGE)
                                                .cmd(new Words(List.of("sh", "-c", script))))
                                        .build())
                                .hostConfig(host.apply(HostConfig.builder().networkMode("none"))
                                        .build())
                                .build(),
                        "")
                .id();
        client.containers().start(id);
        return new Job(id);
    }

    /** One container. */
    final class Job {
        final String id;

        Job(String id) {
            this.id = id;
        }

        Path directory() {
            return home.resolve("root/containers").resolve(id);
        }

        Path checkpoint(String name) {
            return directory().resolve("checkpoints").resolve(name);
        }

        /** One of its files, seen from outside. */
        Path file(String inside) throws IOException {
            return Path.of("/proc", Integer.toString(pid()), "root").resolve(inside);
        }

        String status() throws IOException {
            return client.containers().inspect(id).state().status();
        }

        int pid() throws IOException {
            return client.containers().inspect(id).state().pid();
        }

        void checkpoint(String name, boolean exit) throws IOException {
            client.checkpoints().create(id, name, exit);
        }

        void restore(String name) throws IOException {
            client.containers().startFromCheckpoint(id, name);
        }

        /** The CRIU that works for it, or worked last. */
        int criu() throws IOException {
            return pidIn(newestIncarnation().resolve("criu/criu.json"), "pid");
        }

        /** The monitor that it has, or had last. */
        int monitor() throws IOException {
            return pidIn(newestIncarnation().resolve("monitor.json"), "monitor", "pid");
        }

        private int pidIn(Path file, String... names) throws IOException {
            JsonNode node = ApiJson.mapper().readTree(Files.readAllBytes(file));
            for (String name : names) {
                node = node.path(name);
            }
            return node.asInt();
        }

        private Path newestIncarnation() throws IOException {
            Path incarnations = directory().resolve("incarnations");
            try (Stream<Path> all = Files.list(incarnations)) {
                int newest = all.mapToInt(each -> Integer.parseInt(String.valueOf(each.getFileName())))
                        .max()
                        .orElseThrow();
                return incarnations.resolve(Integer.toString(newest));
            }
        }

        /** Returns when everything that was asked of the container so far has been done: the answer comes from its lane. */
        void settled() throws IOException {
            try {
                client.checkpoints().remove(id, "none-such");
            } catch (EngineRefused absent) {
                if (absent.status() != 404) {
                    throw absent;
                }
            }
        }

        String output() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (LogFrames frames = LogFrames.open(directory().resolve("log"))) {
                for (Optional<LogFrame> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                    bytes.writeBytes(frame.get().bytes());
                }
            }
            return bytes.toString(StandardCharsets.UTF_8);
        }

        /** Waits until the container has written that. */
        void awaitOutput(String text) throws IOException, InterruptedException {
            await("\"" + text + "\" in the output", () -> output().contains(text));
        }

        /** Waits until it has counted a little further, and looks whether it ever counted wrong. */
        void requireCountsOn() throws IOException, InterruptedException {
            long before = output().lines().count();
            await("line " + (before + 3), () -> output().lines().count() >= before + 3);
            requireCounted();
        }

        /** Every number once and in order, and nothing else. */
        void requireCounted() throws IOException {
            List<String> lines = output().lines().toList();
            List<String> right =
                    IntStream.range(0, lines.size()).mapToObj(Integer::toString).toList();
            if (!lines.equals(right)) {
                int at = 0;
                while (lines.get(at).equals(right.get(at))) {
                    at++;
                }
                throw new AssertionError("line " + at + " of " + lines.size() + " is \"" + lines.get(at) + "\"");
            }
        }
    }

    /** Something that may fail. */
    static void await(String what, Callable<Boolean> condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never came: " + what);
            }
            Thread.sleep(5);
        }
    }

    /** The control groups of containers, by name, in whatever hierarchy. */
    Set<String> cgroups() throws IOException {
        Set<String> found = new TreeSet<>();
        for (CgroupHierarchy hierarchy : CgroupHierarchies.ofHost().all()) {
            Path parent = hierarchy.mountPoint().resolve(cgroup.substring(1));
            if (Files.isDirectory(parent)) {
                try (Stream<Path> all = Files.list(parent)) {
                    all.filter(Files::isDirectory)
                            .map(each -> String.valueOf(each.getFileName()))
                            .filter(name -> !name.equals("monitors"))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Processes that hold a file of this house or name it, but not the engine: {@code comm} for each. */
    List<String> holders() throws IOException {
        List<String> found = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            boolean ours = (apart != null && each.pid() == apart.pid()) || each.equals(engine);
            if (!ours && each.pid() != ProcessHandle.current().pid() && holds(each.pid())) {
                found.add(Files.readString(Path.of("/proc/" + each.pid() + "/comm"))
                        .strip());
            }
        }
        return found;
    }

    private boolean holds(long pid) {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path fd : all.toList()) {
                if (Files.readSymbolicLink(fd).startsWith(home)) {
                    return true;
                }
            }
            return false;
        } catch (IOException gone) {
            return false;
        }
    }

    /** Inits of containers in this house, as the engine's host numbers them. */
    List<Integer> inits() throws IOException {
        Set<Integer> found = new TreeSet<>();
        for (CgroupHierarchy hierarchy : CgroupHierarchies.ofHost().all()) {
            Path parent = hierarchy.mountPoint().resolve(cgroup.substring(1));
            if (!Files.isDirectory(parent)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(parent)) {
                for (Path procs :
                        all.filter(file -> file.endsWith("cgroup.procs")).toList()) {
                    for (String pid : Files.readAllLines(procs)) {
                        numberOfInit(pid).ifPresent(found::add);
                    }
                }
            }
        }
        return List.copyOf(found);
    }

    /** Of a container's init: its number one level above the container. proc_pid_status(5) */
    private static Optional<Integer> numberOfInit(String pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("NSpid:") && line.endsWith("\t1"))
                    .map(line -> line.split("\t", -1))
                    .map(numbers -> Integer.valueOf(numbers[numbers.length - 2]))
                    .findFirst();
        } catch (IOException | java.io.UncheckedIOException gone) {
            return Optional.empty();
        }
    }

    /** Mounts below this house, where its engine is. */
    List<String> mounts() throws IOException {
        List<String> all = host == null ? Files.readAllLines(Path.of("/proc/self/mountinfo")) : host.mounts();
        return all.stream()
                .map(line -> line.split(" ", -1)[4])
                .filter(point -> point.startsWith(home.toString()))
                .sorted()
                .toList();
    }

    /** Removes every container and ends the engine. */
    void end() throws IOException, InterruptedException {
        Process process = apart;
        if (process != null && !process.isAlive()) {
            startApart();
            process = apart;
        } else if (process == null && here == null) {
            startHere();
        }
        for (var each : client.containers().list(true, java.util.Map.of())) {
            client.containers().remove(each.id(), true, true);
        }
        client.close();
        ProcessHandle its = engine;
        if (process != null && its != null) {
            its.destroy();
            process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        stopHere();
        CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(PATIENCE);
    }
}
