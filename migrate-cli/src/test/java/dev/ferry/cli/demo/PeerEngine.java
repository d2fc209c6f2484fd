package dev.ferry.cli.demo;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.OwnNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An engine as a process of its own that other engines can reach, and everything that it holds, looked at from outside. */
final class PeerEngine implements TripEngine {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern NUMBER = Pattern.compile("\\[?\\d+\\]?");

    private final String name;
    private final EngineClient client;
    private final Path home;
    private final String cgroup;
    private final Process process;

    private PeerEngine(String name, EngineClient client, Path home, String cgroup, Process process) {
        this.name = name;
        this.client = client;
        this.home = home;
        this.cgroup = cgroup;
        this.process = process;
    }

    /** Starts one and waits until it answers. */
    static PeerEngine start(List<String> program, Path home, String name) throws IOException, InterruptedException {
        String cgroup = "/" + OwnNames.fresh();
        Path socket = home.resolve("run/ferry.sock");
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of("--root", home.resolve("root").toString(), "--run", String.valueOf(socket.getParent())));
        command.addAll(List.of(
                "--cgroup-parent", cgroup, "--bridge", "none", "--peer-name", name, "--peer-listen", freeAddress()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("engine.log").toFile())
                .start();
        process.getOutputStream().close();
        EngineClient client = EngineClient.of(new EngineAddress.Unix(socket));
        PeerEngine engine = new PeerEngine(name, client, home, cgroup, process);
        engine.awaitReady();
        return engine;
    }

    private static String freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                client.system().ping();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw new IOException(
                            "the engine did not start: " + Files.readString(home.resolve("engine.log")), e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /**
     * What it holds, each kind of thing with how often: descriptors, threads of both kinds, mounts, control groups, files. What has a number is
     * counted under its name without.
     */
    @Override
    public Map<String, Integer> holdings() throws IOException, InterruptedException {
        Map<String, Integer> held = new TreeMap<>();
        // first: a JVM that is asked opens a socket for good
        for (String each : objects()) {
            held.merge("object " + each, 1, Integer::sum);
        }
        for (String each : threads()) {
            held.merge("thread " + each, 1, Integer::sum);
        }
        for (String each : descriptors()) {
            held.merge("descriptor " + each, 1, Integer::sum);
        }
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            if (line.split(" ", -1)[4].startsWith(home.toString())) {
                held.merge("mount " + plain(line.split(" ", -1)[4]), 1, Integer::sum);
            }
        }
        for (CgroupHierarchy hierarchy : CgroupHierarchies.ofHost().all()) {
            for (Path each : tree(hierarchy.mountPoint().resolve(cgroup.substring(1)))) {
                if (Files.isDirectory(each)) {
                    held.merge("control group " + each, 1, Integer::sum);
                }
            }
        }
        for (String folder : List.of("root/containers", "root/images", "root/migrations", "root/snapshots", "run")) {
            for (Path each : tree(home.resolve(folder))) {
                // what is below belongs to the container
                if (!each.toString().matches(".*/snapshots/.*/(fs|work|diff|upper)/.+")) {
                    held.merge("file " + plain(each.toString()), 1, Integer::sum);
                }
            }
        }
        for (Path each : tree(home.resolve("root/content"))) {
            held.merge("blob " + each, 1, Integer::sum);
        }
        return held;
    }

    private static String plain(String text) {
        return NUMBER.matcher(text).replaceAll("#");
    }

    private static List<Path> tree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(root)) {
            return all.toList();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause(); // something that goes while it is looked at
        }
    }

    /** What the JVM opens when it likes is left out, and the connections of clients, which clients keep. */
    private List<String> descriptors() throws IOException {
        List<String> found = new ArrayList<>();
        Map<String, String> sockets = sockets();
        try (Stream<Path> all = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path fd : all.toList()) {
                String link = Files.readSymbolicLink(fd).toString();
                String named = sockets.getOrDefault(link, link);
                if (Stream.of(".jar", ".so", "/modules", ".jsa", "random", "ferry.sock")
                        .noneMatch(named::endsWith)) {
                    found.add(plain(named));
                }
            }
        }
        return found;
    }

    /** What each socket of this host is, by the name that descriptors have for it. proc_pid_net(5) */
    private static Map<String, String> sockets() throws IOException {
        Map<String, String> sockets = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/net/unix"))) {
            String[] fields = line.split(" +", -1);
            sockets.put(
                    "socket:[" + fields[6] + "]", "unix socket " + (fields.length > 7 ? fields[7] : "without a name"));
        }
        for (String family : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/net/" + family))) {
                String[] fields = line.strip().split(" +", -1);
                sockets.put("socket:[" + fields[9] + "]", "tcp socket in state " + fields[3].replace('0', 'x'));
            }
        }
        return sockets;
    }

    /** Live ones of classes that belong to one migration or one connection, as often as there are. */
    private List<String> objects() throws IOException, InterruptedException {
        List<String> found = new ArrayList<>();
        for (String line : jcmd("GC.class_histogram")) {
            String[] fields = line.strip().split(" +", -1);
            if (fields.length > 3
                    && fields[3].matches("dev\\.ferry\\..*\\.(SourceSession|Shipment|Link|TlsWire|IncomingCheckpoint"
                            + "|CriuProcess|ImageFollower|ContainerProcess)")) {
                for (int i = 0; i < Integer.parseInt(fields[1]); i++) {
                    found.add(fields[3]);
                }
            }
        }
        return found;
    }

    /** Asks the engine's JVM. */
    private List<String> jcmd(String... question) throws IOException, InterruptedException {
        Path answer = home.resolve("jcmd.log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        command.addAll(List.of(question));
        Process asking = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(answer.toFile())
                .start();
        if (!asking.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || asking.exitValue() != 0) {
            throw new IOException("jcmd: " + Files.readString(answer));
        }
        return Files.readAllLines(answer);
    }

    /** Those that belong to one piece of work: not to a pool, and not the JVM's. */
    private List<String> threads() throws IOException, InterruptedException {
        Path dump = home.resolve("threads");
        Files.deleteIfExists(dump);
        jcmd("Thread.dump_to_file", dump.toString());
        return Files.readAllLines(dump).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceAll("^#\\d+ \"([^\"]*)\".*$", "$1"))
                .filter(thread -> Stream.of(
                                "migrate", "ask", "own", "abandon", "reclaim", "peer", "wire", "criu", "verify", "sync",
                                "follow", "ship", "beat")
                        .anyMatch(thread::startsWith))
                .map(PeerEngine::plain)
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public EngineClient client() {
        return client;
    }

    @Override
    public List<String> holders() throws IOException {
        List<String> found = new ArrayList<>();
        for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
            if (each.pid() != process.pid()
                    && each.pid() != ProcessHandle.current().pid()
                    && holds(each.pid())) {
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

    /** Removes its containers and ends it. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            for (var each : client.containers().list(true, Map.of())) {
                client.containers().remove(each.id(), true, true);
            }
        }
        client.close();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(PATIENCE);
    }
}
