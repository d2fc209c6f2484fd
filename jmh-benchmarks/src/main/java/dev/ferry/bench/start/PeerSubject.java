package dev.ferry.bench.start;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PosixSpawn;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Another OCI runtime, run as {@code RUNTIME run} once for each start. Such a program tells nobody when the container's program
 * is executed, so its time is the time until it has ended, when the container is gone too.
 */
final class PeerSubject implements Subject {
    private final String name;
    private final List<String> command;
    private final Path state;
    private final Path bundle;
    private final String version;
    private final Fd none;
    private final Fd log;
    private final Path logFile;
    private final Optional<PrivateMounts> mounts;
    private int starts;

    private PeerSubject(String name, List<String> command, Path state, Path bundle, String version, Path logFile)
            throws IOException {
        this.name = name;
        this.command = command;
        this.state = state;
        this.bundle = bundle;
        this.version = version;
        this.logFile = logFile;
        this.mounts = hiddenFrom(version).map(PrivateMounts::new);
        try (Fd input = OpenFiles.open(Path.of("/dev/null"), OpenFlags.O_RDWR);
                Fd output =
                        OpenFiles.open(logFile, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND, 0600)) {
            this.none = input.duplicateAtLeast(10);
            this.log = output.duplicateAtLeast(10);
        }
    }

    /**
     * Finds a runtime.
     *
     * @param name {@code runc}, or {@code name=path}
     * @param tools where provisioned programs lie, in {@code peers/<name>/command}
     * @return empty when this machine does not have it
     */
    static Optional<PeerSubject> find(String name, Path tools, Path work, Path bundle) throws IOException {
        int equals = name.indexOf('=');
        String shortName = equals < 0 ? name : name.substring(0, equals);
        List<String> command = equals < 0 ? PeerPrograms.find(shortName, tools) : List.of(name.substring(equals + 1));
        if (command.isEmpty() || !Files.isExecutable(Path.of(command.getFirst()))) {
            return Optional.empty();
        }
        Path state = Files.createDirectories(work.resolve("peer-" + shortName));
        return Optional.of(
                new PeerSubject(shortName, command, state, bundle, version(command), work.resolve(shortName + ".log")));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return version
                + mounts.map(m -> ", the version 2 control groups hidden from it")
                        .orElse("");
    }

    @Override
    public Timing start() throws Exception {
        List<String> arguments = new ArrayList<>(command);
        String id = "ferry-bench-" + ProcessHandle.current().pid() + "-" + starts++;
        arguments.addAll(List.of("--root", state.toString(), "run", "--bundle", bundle.toString(), id));
        return mounts.isPresent() ? mounts.get().call(() -> run(arguments)) : run(arguments);
    }

    private Timing run(List<String> arguments) throws IOException {
        Timing.Watch watch = new Timing.Watch();
        int pid = PosixSpawn.spawn(
                command.getFirst(),
                arguments,
                List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
                Map.of(0, none, 1, log, 2, log));
        WaitPid.Ended ended = WaitPid.await(pid);
        watch.passed(Timing.Measure.ENDED);
        watch.passed(Timing.Measure.GONE);
        if (!ended.status().isExited() || ended.status().exitCode() != 0) {
            throw new IOException("\"" + String.join(" ", arguments) + "\" failed (" + ended.status() + "): "
                    + Files.readString(logFile, StandardCharsets.UTF_8).strip());
        }
        return watch.timing();
    }

    @Override
    public void close() {
        mounts.ifPresent(PrivateMounts::close);
        none.close();
        log.close();
    }

    /** The version 2 hierarchy of a host with both, if it has controllers and the runtime cannot live with that. */
    private static Optional<Path> hiddenFrom(String version) throws IOException {
        if (!version.startsWith("crun ")) {
            return Optional.empty();
        }
        CgroupHierarchies hierarchies = CgroupHierarchies.ofHost();
        return hierarchies.mode() != CgroupMode.HYBRID
                ? Optional.empty()
                : hierarchies.all().stream()
                        .filter(CgroupHierarchy::isUnified)
                        .filter(unified -> !unified.controllers().isEmpty())
                        .map(CgroupHierarchy::mountPoint)
                        .findFirst();
    }

    private static String version(List<String> command) throws IOException {
        List<String> arguments = new ArrayList<>(command);
        arguments.add("--version");
        Process process =
                new ProcessBuilder(arguments).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return text.lines().findFirst().orElse("version unknown");
    }
}
