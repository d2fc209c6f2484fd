package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupMode;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.MemFd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.WaitStatus;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Root;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramBuilder;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Has containers and further processes made by another OCI runtime, below monitors of ours.
 *
 * <pre>
 *   engine                     monitor                                runtime
 *     │ posix_spawn ─────────────▶ │ clone3 ────────────────────────────▶ │ create (exec)
 *     │ ◀── {CHILD, pid} ───────── │                                      │
 *     │ monitor.json               │                                      │
 *     │ ─── a word ────────────────┼────────────────────────────────────▶ │   makes init and ends
 *     │ ◀── {RUNTIME_ENDED, 0} ─── │ ◀───────────────── wait4 ─────────────
 *     │ pid file, terminal, monitor.json
 *     │ ─── init's number ───────▶ │ the gate: from here on it is started, whatever becomes of the engine
 *     │                            │ clone3, execve ────────────────────▶ │ start
 *     │ ◀── {STARTER_ENDED, 0} ─── │ ◀───────────────── wait4 ─────────────
 * </pre>
 *
 * <p>A process that is added has no gate: it runs when the runtime has ended, and there is no starter.
 */
final class ForeignLauncher {
    private static final Duration PATIENCE = ContainerLauncher.PATIENCE;
    private static final Duration ADOPTED_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_NANOS = 200_000;
    private static final int SIGKILL = 9;

    /** Bytes of its output that an error shows. */
    private static final int SHOWN = 2000;

    private final Spawner spawner;
    private final ExitWatch watch;
    private final MonitorHome home;
    private final List<String> environment = ForeignRuntime.environment(System.getenv());
    private final Map<Path, Optional<Path>> hidden = new ConcurrentHashMap<>();

    ForeignLauncher(Spawner spawner, ExitWatch watch, MonitorHome home) {
        this.spawner = spawner;
        this.watch = watch;
        this.home = home;
    }

    /**
     * Creates and starts a container. Its identity at the runtime is that of the request.
     *
     * @throws StartFailed when the runtime could not; nothing of the container runs then
     */
    ContainerProcess run(LaunchRequest request, ForeignRuntime runtime)
            throws StartFailed, SpawnException, IOException {
        Process process = request.spec().process();
        if (process == null) {
            throw new IllegalArgumentException("container \"%s\" has no process".formatted(request.id()));
        }
        Path directory = request.directory();
        Path mountPoint = Files.createDirectories(directory.resolve("rootfs"));
        Files.write(directory.resolve("config.json"), OciJson.write(bundled(request.spec(), mountPoint)));
        Files.createDirectories(runtime.states());
        Optional<Path> unseen = hiddenFrom(runtime);
        var made = new Made(runtime, request.id(), directory, process, request.keepStdin(), request.cgroup());
        try (ForeignTerminal terminal = ForeignTerminal.of(process, runtime.home())) {
            List<String> create = new ArrayList<>(List.of(
                    "create",
                    "--bundle",
                    directory.toString(),
                    "--pid-file",
                    made.pidFile().toString()));
            create.addAll(terminal.words());
            create.add(request.id());
            var foreign = new MonitorText.Foreign(
                    calls -> new ForeignText(calls, environment, unseen)
                            .execute(runtime.command(made.log(), List.of("start", request.id()))),
                    calls -> {
                        var text = new ForeignText(calls, environment, unseen);
                        text.dropSignals();
                        text.become(runtime.command(made.log(), List.of("delete", "--force", request.id())));
                    });
            return bringUp(
                    made,
                    MonitorText.Kind.FOREIGN_START,
                    request.log(),
                    terminal,
                    shape -> MonitorText.write(
                            shape,
                            home.text(),
                            calls -> {
                                var text = new ForeignText(calls, environment, unseen);
                                text.mountRoot(request.root(), mountPoint);
                                text.takeStandards(process.terminal(), request.keepStdin());
                                text.awaitNote();
                                text.execute(runtime.command(made.log(), create));
                            },
                            foreign));
        }
    }

    /**
     * Adds a process to a running container; it runs when this returns.
     *
     * @throws StartFailed when the runtime could not; nothing of the process runs then
     */
    ContainerProcess exec(ContainerProcess target, ExecRequest request, ForeignRuntime runtime)
            throws StartFailed, SpawnException, IOException {
        Path directory = Files.createDirectories(request.directory());
        Optional<Path> unseen = hiddenFrom(runtime);
        Path described = directory.resolve("process.json");
        Files.write(described, OciJson.write(request.process()));
        var made = new Made(runtime, request.id(), directory, request.process(), request.keepStdin(), request.cgroup());
        try (ForeignTerminal terminal = ForeignTerminal.of(request.process(), runtime.home())) {
            List<String> exec = new ArrayList<>(List.of(
                    "exec",
                    "--process",
                    described.toString(),
                    "--detach",
                    "--pid-file",
                    made.pidFile().toString()));
            exec.addAll(terminal.words());
            exec.add(target.state().id());
            return bringUp(
                    made,
                    MonitorText.Kind.FOREIGN_EXEC,
                    request.log(),
                    terminal,
                    shape -> MonitorText.write(shape, home.text(), calls -> {
                        var text = new ForeignText(calls, environment, unseen);
                        text.takeStandards(request.process().terminal(), request.keepStdin());
                        text.awaitNote();
                        text.execute(runtime.command(made.log(), exec));
                    }));
        }
    }

    /**
     * Has the runtime forget a container, and ends what is left of it. One that it does not know is no error.
     *
     * @throws IOException when it says that it could not
     */
    void delete(ForeignRuntime runtime, String id) throws SpawnException, IOException {
        Outcome outcome = call(runtime.command("delete", "--force", id), hiddenFrom(runtime));
        if (outcome.status().raw() != 0) {
            throw new IOException("runtime \"%s\" cannot delete container %s (exit code %d): %s"
                    .formatted(runtime.name(), id, outcome.status().exitCode(), outcome.said()));
        }
    }

    /**
     * The version 2 hierarchy of a host with both, if it has controllers, and the runtime is crun: that refuses such a host although it uses
     * version 1 only. It is unmounted where crun looks; what it leaves out its containers enter afterwards.
     */
    private Optional<Path> hiddenFrom(ForeignRuntime runtime) throws IOException {
        Optional<Path> known = hidden.get(runtime.program());
        if (known != null) {
            return known;
        }
        CgroupHierarchies hierarchies = CgroupHierarchies.ofHost();
        Optional<Path> unified = hierarchies.mode() != CgroupMode.HYBRID
                ? Optional.empty()
                : hierarchies.all().stream()
                        .filter(hierarchy -> hierarchy.isUnified()
                                && !hierarchy.controllers().isEmpty())
                        .map(CgroupHierarchy::mountPoint)
                        .findFirst();
        String version = unified.isPresent() ? version(runtime) : "";
        Optional<Path> found = version.startsWith("crun ") ? unified : Optional.empty();
        if (unified.isEmpty() || !version.isEmpty()) {
            hidden.put(runtime.program(), found);
        }
        return found;
    }

    /** What it says it is; nothing if it cannot be executed, which whoever wants more of it will hear in full. */
    private String version(ForeignRuntime runtime) throws IOException {
        try {
            return call(List.of(runtime.program().toString(), "--version"), Optional.empty())
                    .said();
        } catch (SpawnException e) {
            return "";
        }
    }

    private record Outcome(WaitStatus status, String said) {}

    /** Calls it for a moment, as a child of the engine. */
    private Outcome call(List<String> command, Optional<Path> unseen) throws SpawnException, IOException {
        var p = new ProgramBuilder("runtime", MonitorFd.STATUS.number());
        new ForeignText(new Calls(p), environment, unseen).become(command);
        try (Fd output = MemFd.create("output");
                Spawned spawned = spawner.spawn(p.build(), Map.of(1, output, 2, output))) {
            WaitStatus status;
            try {
                spawned.status().awaitClosed(PATIENCE);
            } finally {
                if (!spawned.process().awaitExit(PATIENCE)) {
                    signal(spawned.process());
                }
                status = WaitPid.await(spawned.pid()).status();
            }
            return new Outcome(status, text(output));
        }
    }

    private static String text(Fd output) throws IOException {
        return new String(OpenFiles.readAt(output, 0, SHOWN), StandardCharsets.UTF_8).strip();
    }

    /** The same configuration with the root where it is mounted. */
    private static Spec bundled(Spec spec, Path mountPoint) {
        return spec.withRoot(new Root(
                mountPoint.toString(), spec.root() != null && spec.root().readonly()));
    }

    /** What is to be made, and where the runtime tells of it. */
    private record Made(
            ForeignRuntime runtime, String id, Path directory, Process process, boolean keepStdin, Cgroup cgroup) {
        Path pidFile() {
            return directory.resolve("pid");
        }

        Path log() {
            return directory.resolve("runtime.log");
        }

        String program() {
            return process.args().getFirst();
        }
    }

    /** Writes the program of a monitor. */
    private interface Text {
        Program of(MonitorText.Shape shape);
    }

    @SuppressWarnings("try") // the files are opened for the monitor and closed here, nothing else
    private ContainerProcess bringUp(Made made, MonitorText.Kind kind, Path log, ForeignTerminal terminal, Text text)
            throws StartFailed, SpawnException, IOException {
        var given = new EnumMap<MonitorFd, Fd>(MonitorFd.class);
        try (var files = MonitorFiles.open(made.directory(), log, given);
                Pipe gate = Pipe.open()) {
            given.put(MonitorFd.GATE, gate.readEnd());
            terminal.place(given);
            var shape = new MonitorText.Shape(
                    kind == MonitorText.Kind.FOREIGN_START ? "container" : "exec",
                    kind,
                    0,
                    false,
                    made.process().terminal(),
                    made.keepStdin(),
                    ContainerLauncher.numbers(given),
                    false);
            Spawned spawned = home.spawn(spawner, text.of(shape), given);
            boolean done = false;
            try {
                // telling something to a monitor that is gone has to fail
                gate.readEnd().close();
                ContainerProcess process = follow(made, kind, spawned, gate, terminal);
                done = true;
                return process;
            } finally {
                if (!done) {
                    // the gate's end makes the monitor give up, and delete what was created
                    ContainerLauncher.abandon(spawned, gate);
                }
            }
        }
    }

    private ContainerProcess follow(
            Made made, MonitorText.Kind kind, Spawned spawned, Pipe gate, ForeignTerminal terminal)
            throws StartFailed, SpawnException, IOException {
        home.follow(spawned);
        int runtimePid = ContainerLauncher.awaitMessage(spawned, MonitorProtocol.CHILD, made.directory());
        var state = new MonitorState(
                MonitorState.VERSION,
                MonitorProtocol.VERSION,
                made.id(),
                kind,
                ContainerLauncher.identity(spawned.pid()),
                ProcessId.of(runtimePid).orElse(null),
                null,
                made.process().terminal(),
                made.keepStdin());
        // before there is anything: a later engine waits for the end of a monitor that was not told of an init
        state.write(made.directory());
        tell(gate, 0);
        succeed(made, spawned, "create", end(made, spawned, MonitorProtocol.RUNTIME_ENDED, runtimePid));
        PidFd init = init(made, spawned.pid());
        @Nullable Fd master = null;
        boolean done = false;
        try {
            enterAll(made.cgroup(), init.pid());
            master = terminal.handOver();
            MonitorState complete = state.withInit(ContainerLauncher.identity(init.pid()));
            complete.write(made.directory());
            tell(gate, init.pid());
            if (kind == MonitorText.Kind.FOREIGN_START) {
                awaitStarted(made, spawned, init);
            }
            spawned.status().close();
            var process = new ContainerProcess(made.directory(), complete, spawned.process(), init, null, watch);
            done = true;
            if (master != null) {
                // its monitor may not have come to take it yet
                process.takeInput(master);
            }
            return process;
        } finally {
            if (!done) {
                init.close();
                if (master != null) {
                    master.close();
                }
            }
        }
    }

    /** The first word is the runtime's, that it is noted; the second is the monitor's, and says who init is. */
    private static void tell(Pipe gate, int word) throws IOException {
        byte[] number = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(word)
                .array();
        OpenFiles.writeFully(gate.writeEnd(), number);
    }

    /** Waits until init runs its program. A start that failed leaves one that would wait for the next for ever: it is ended here. */
    private void awaitStarted(Made made, Spawned spawned, PidFd init) throws StartFailed, SpawnException, IOException {
        boolean started = false;
        try {
            succeed(made, spawned, "start", end(made, spawned, MonitorProtocol.STARTER_ENDED, 0));
            started = true;
        } finally {
            if (!started) {
                signal(init);
            }
        }
    }

    private static void signal(PidFd process) throws SyscallException {
        try {
            process.sendSignal(SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    /** Waits for the end of a call of the runtime. One that takes for ever is ended: its monitor could do nothing else before. */
    private static WaitStatus end(Made made, Spawned spawned, int word, int runtimePid)
            throws StartFailed, SpawnException, IOException {
        boolean ended = false;
        try {
            int status = ContainerLauncher.awaitMessage(spawned, word, made.directory());
            ended = true;
            return new WaitStatus(status);
        } catch (StepFailed e) {
            if (!e.label().equals(ForeignText.EXECUTE)) {
                throw e;
            }
            throw ForeignFailure.notExecuted(made.runtime(), e);
        } finally {
            if (!ended && runtimePid > 0 && Adoption.children(spawned.pid()).contains(runtimePid)) {
                endWithChildren(runtimePid);
            }
        }
    }

    /** Where the runtime is a script, what works is a child of it, in the session that it leads. Not reaped before, so the numbers are its own. */
    private static void endWithChildren(int runtime) throws SyscallException {
        try {
            Processes.kill(-runtime, SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
            endBeforeItLeads(runtime);
        }
    }

    /** One that has not executed anything yet leads no group. One that cannot be executed ends by itself, and its monitor may have seen that. */
    private static void endBeforeItLeads(int runtime) throws SyscallException {
        try {
            Processes.kill(runtime, SIGKILL);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    private static void succeed(Made made, Spawned spawned, String verb, WaitStatus status)
            throws StartFailed, IOException {
        if (status.raw() == 0) {
            return;
        }
        String said = ForeignFailure.lastError(made.log());
        if (said.isEmpty() && !made.process().terminal()) {
            said = unread(spawned);
        }
        throw ForeignFailure.of(made.runtime(), verb, status, said, made.program());
    }

    /** What is in the pipe of standard error, where a program says why it does not work that is no runtime at all. */
    private static String unread(Spawned spawned) throws IOException {
        try (Fd errors = spawned.process().getFd(MonitorFd.STDERR_READ.number())) {
            return new String(Pipe.peek(errors), StandardCharsets.UTF_8).strip();
        } catch (SyscallException e) {
            return ""; // the monitor has ended: there is nothing to read any more
        }
    }

    /**
     * The process that the runtime has made, once it is the monitor's child: only then it is reaped there. A runtime may end while the last
     * of its processes is still init's parent; nothing tells of that one's end, so it is looked at.
     */
    private static PidFd init(Made made, int monitor) throws IOException {
        int pid = pid(made);
        long deadline = System.nanoTime() + ADOPTED_WITHIN.toNanos();
        while (!Adoption.children(monitor).contains(pid)) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException(
                        "runtime \"%s\" left process %d to somebody else than its caller; use a runtime that works with conmon or containerd's runc shim"
                                .formatted(made.runtime().name(), pid));
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return PidFd.open(pid); // a child of the monitor's now: its number is taken until that reaps it, at its gate
    }

    private static int pid(Made made) throws IOException {
        String text =
                Files.exists(made.pidFile()) ? Files.readString(made.pidFile()).strip() : "";
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "runtime \"%s\" said that all is well and wrote no process id but \"%s\" to \"%s\""
                            .formatted(made.runtime().name(), text, made.pidFile()),
                    e);
        }
    }

    /** A runtime may leave hierarchies out; what is asked of the container's cgroup concerns all of them. cgroups(7) */
    private static void enterAll(Cgroup cgroup, int pid) throws IOException {
        List<String> memberships;
        try {
            memberships = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"));
        } catch (IOException e) {
            return; // it has ended already
        }
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            String wanted = ":" + hierarchy.name() + ":" + hierarchy.kernelPath(cgroup.path());
            if (memberships.stream().noneMatch(line -> line.endsWith(wanted))) {
                try {
                    Files.writeString(hierarchy.directory(cgroup.path()).resolve("cgroup.procs"), pid + "\n");
                } catch (IOException e) {
                    if (Files.exists(Path.of("/proc/" + pid)) && !isZombie(pid)) {
                        throw e;
                    }
                }
            }
        }
    }

    private static boolean isZombie(int pid) throws IOException {
        return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    }
}
