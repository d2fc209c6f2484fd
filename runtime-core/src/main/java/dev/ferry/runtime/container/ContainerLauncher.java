package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.spawn.ChildDied;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings containers up, finds them again, and adds processes to them.
 *
 * <p>One launcher serves all containers of an engine and may be used by several threads. Closing it stops watching; containers
 * go on.
 *
 * {@snippet :
 * try (var launcher = new ContainerLauncher()) {
 *     ContainerProcess container = launcher.create(request); // init waits, everything but seccomp and exec is done
 *     container.start();
 *     int code = container.awaitExit().exitCode();
 * }
 * }
 */
public final class ContainerLauncher implements AutoCloseable {

    /** Annotation of a spec whose value {@code never} turns transparent huge pages off for the container. prctl(2) */
    public static final String HUGE_PAGES = "dev.ferry.transparent-huge-pages";

    /** Mounts of a slow disk, a cgroup that waits for the kernel: seconds at most, whatever the load. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int SIGKILL = 9;
    private static final int WARMING_ROUNDS = 200;

    private final Spawner spawner;
    private final ResourceLimits limits;
    private final MonitorHome home;
    private final ExitWatch watch;
    private final ForeignLauncher foreign;

    /** Keeps program images in memory; where that is forbidden, in the directory for temporary files. */
    public ContainerLauncher() throws IOException {
        this(Path.of(System.getProperty("java.io.tmpdir", "/tmp")));
    }

    /**
     * A launcher whose monitors stay in this process's cgroups.
     *
     * @param images a directory of ours for program images, where files in memory must not be executed
     */
    public ContainerLauncher(Path images) throws IOException {
        this(images, MonitorHome.none());
    }

    /** A launcher whose monitors move to a cgroup of their own, which exists: they outlive one that is ended with all in it. */
    public ContainerLauncher(Path images, Cgroup monitors) throws IOException {
        this(images, MonitorHome.in(monitors));
    }

    private ContainerLauncher(Path images, MonitorHome home) throws IOException {
        this.spawner = Spawner.ofHost(images);
        this.limits = ResourceLimits.ofSelf();
        this.home = home;
        this.watch = new ExitWatch();
        this.foreign = new ForeignLauncher(spawner, watch, home);
    }

    /**
     * Does what a start does, without a container, and starts a program that ends at once: an engine does this before it listens, so
     * that its first container does not wait for Java to load and compile, and learns here whether this machine can start
     * programs at all.
     */
    public void warmUp() throws SpawnException, IOException {
        var spec = DefaultSpec.builder().build();
        Process process = spec.process();
        if (process == null) {
            throw new AssertionError("the default configuration has a process");
        }
        Path nowhere = Path.of("/nonexistent");
        var request = new LaunchRequest(
                "warm-up",
                nowhere,
                nowhere,
                spec,
                new RootFilesystem.Bind(nowhere),
                Optional.empty(),
                CgroupHierarchies.ofHost().open(CgroupPath.DEFAULT_PARENT),
                false,
                false);
        var shape = new MonitorText.Shape(
                "warm-up",
                MonitorText.Kind.START,
                InitText.cloneFlags(spec),
                false,
                false,
                false,
                Set.of(MonitorFd.STATUS),
                false);
        for (int round = 0; round < WARMING_ROUNDS; round++) {
            MonitorText.write(
                    shape,
                    home.text(),
                    calls -> new InitText(
                                    calls,
                                    request,
                                    new ProcessText(calls, process, request.filter(), limits, new Monitored(false)),
                                    nowhere)
                            .write());
        }
        spawner.warmUp();
    }

    /**
     * Starts a monitor and waits until its child stands at the gate with everything of the spec but seccomp and exec in place.
     * An engine that dies before {@link ContainerProcess#start} leaves nothing that runs.
     *
     * @throws SpawnException when a step failed; nothing of the container runs then
     */
    public ContainerProcess create(LaunchRequest request) throws SpawnException, IOException {
        return bringUp(request, true);
    }

    /**
     * Creates and starts in one go: the gate is open before init comes to it, which saves both sides a wait for the other. What is
     * noted about the container is noted before, as ever.
     *
     * @throws StartFailed when a step of init failed, its program included; nothing of the container runs then
     */
    public ContainerProcess run(LaunchRequest request) throws StartFailed, SpawnException, IOException {
        ContainerProcess process;
        try {
            process = bringUp(request, false);
        } catch (StepFailed e) {
            throw StartFailed.of(e, program(request));
        }
        boolean done = false;
        try {
            process.start();
            done = true;
            return process;
        } finally {
            if (!done) {
                process.close();
            }
        }
    }

    /**
     * Has another OCI runtime create and start a container. It is watched, adopted and ended as any other; when it is over,
     * {@link #forget} is to be called.
     *
     * @param request its id is the container's identity at the runtime; its filter is not looked at, the runtime makes its own of the
     *     configuration
     * @throws StartFailed when the runtime could not; nothing of the container runs then
     */
    public ContainerProcess run(LaunchRequest request, ForeignRuntime runtime)
            throws StartFailed, SpawnException, IOException {
        return foreign.run(request, runtime);
    }

    /** Has the runtime forget a container, and end what is left of it. One that it does not know is no error. */
    public void forget(ForeignRuntime runtime, String id) throws SpawnException, IOException {
        foreign.delete(runtime, id);
    }

    private ContainerProcess bringUp(LaunchRequest request, boolean toTheGate) throws SpawnException, IOException {
        Process process = request.spec().process();
        if (process == null) {
            throw new IllegalArgumentException("container \"%s\" has no process".formatted(request.id()));
        }
        Path mountPoint = request.directory().resolve("rootfs");
        Files.createDirectories(mountPoint);
        var given = new EnumMap<MonitorFd, Fd>(MonitorFd.class);
        try (var files = MonitorFiles.open(request.directory(), request.log(), given);
                Pipe gate = Pipe.open()) {
            given.put(MonitorFd.GATE, gate.readEnd());
            boolean into = files.openCgroup(request.cgroup());
            var shape = new MonitorText.Shape(
                    "container",
                    MonitorText.Kind.START,
                    InitText.cloneFlags(request.spec()),
                    into,
                    process.terminal(),
                    request.keepStdin(),
                    numbers(given),
                    request.profile());
            Program program = MonitorText.write(
                    shape,
                    home.text(),
                    calls -> new InitText(
                                    calls,
                                    request,
                                    new ProcessText(
                                            calls,
                                            process,
                                            request.filter(),
                                            limits,
                                            new Monitored(request.keepStdin())),
                                    mountPoint)
                            .write());
            var state = new Launch(request.id(), request.directory(), shape, program(request), toTheGate);
            return launch(program, given, gate, state);
        }
    }

    private static String program(LaunchRequest request) {
        Process process = request.spec().process();
        return process == null ? "" : process.args().getFirst();
    }

    /**
     * Adds a process to a running container; {@link ContainerProcess#start} executes its program.
     *
     * @throws SpawnException when a step failed; nothing of the process runs then
     */
    public ContainerProcess exec(ContainerProcess target, ExecRequest request) throws SpawnException, IOException {
        PidFd init = target.init();
        if (init == null) {
            throw new IOException(
                    "container \"%s\" is not running".formatted(target.state().id()));
        }
        var given = new EnumMap<MonitorFd, Fd>(MonitorFd.class);
        try (var files = MonitorFiles.open(request.directory(), request.log(), given);
                Pipe gate = Pipe.open()) {
            given.put(MonitorFd.GATE, gate.readEnd());
            given.put(MonitorFd.TARGET, init.fd());
            boolean into = files.openCgroup(request.cgroup());
            var shape = new MonitorText.Shape(
                    "exec",
                    MonitorText.Kind.EXEC,
                    0,
                    into,
                    request.process().terminal(),
                    request.keepStdin(),
                    numbers(given),
                    request.profile());
            Program program = MonitorText.write(
                    shape,
                    home.text(),
                    calls -> JoinText.write(
                            calls,
                            request,
                            new ProcessText(
                                    calls,
                                    request.process(),
                                    request.filter(),
                                    limits,
                                    new Monitored(request.keepStdin()))));
            var state = new Launch(
                    request.id(),
                    request.directory(),
                    shape,
                    request.process().args().getFirst(),
                    true);
            return launch(program, given, gate, state);
        }
    }

    /**
     * Has the runtime that made a container add a process to it, which runs when this returns.
     *
     * @throws StartFailed when the runtime could not; nothing of the process runs then
     */
    public ContainerProcess exec(ContainerProcess target, ExecRequest request, ForeignRuntime runtime)
            throws StartFailed, SpawnException, IOException {
        return foreign.exec(target, request, runtime);
    }

    /**
     * Finds an incarnation that an earlier engine brought up, by what is in its directory: alive, over, or lost.
     *
     * @param directory as in {@link LaunchRequest}, {@link ExecRequest} or {@link RestoreLaunch}
     * @param log its log
     */
    public ContainerProcess adopt(Path directory, Path log) throws IOException {
        return new Adoption(directory, watch).adopt();
    }

    /** Starts a monitor whose child is CRIU, ready for a RESTORE request. */
    public RestoringContainer restore(RestoreLaunch request) throws SpawnException, IOException {
        return new CriuLauncher(spawner, watch, home).restore(request);
    }

    /** Starts a CRIU that is no container's business: for dumps and questions. */
    public CriuChild criu(CriuLaunch request) throws SpawnException, IOException {
        return new CriuLauncher(spawner, watch, home).start(request);
    }

    @Override
    public void close() {
        watch.close();
        home.close();
    }

    private record Launch(String id, Path directory, MonitorText.Shape shape, String program, boolean toTheGate) {}

    /** Spawns, notes who is who while the child works, and waits for it at the gate. */
    private ContainerProcess launch(Program program, Map<MonitorFd, Fd> given, Pipe gate, Launch launch)
            throws SpawnException, IOException {
        Spawned spawned = home.spawn(spawner, program, given);
        PidFd init = null;
        boolean done = false;
        try {
            home.follow(spawned);
            int pid = awaitMessage(spawned, MonitorProtocol.CHILD, launch.directory());
            init = openInit(spawned, pid, launch);
            MonitorState state = identify(launch, spawned.pid(), pid);
            state.write(launch.directory());
            if (launch.toTheGate()) {
                awaitMessage(spawned, MonitorProtocol.READY, launch.directory());
            }
            var startGate = new StartGate(gate.writeEnd(), spawned.status(), launch.program());
            var process = new ContainerProcess(launch.directory(), state, spawned.process(), init, startGate, watch);
            done = true;
            return process;
        } finally {
            if (!done) {
                abandon(spawned, gate);
                if (init != null) {
                    init.close();
                }
            }
        }
    }

    private static MonitorState identify(Launch launch, int monitorPid, int childPid) throws IOException {
        // no process began at the zeroth tick: nobody is found under the name of one that is over already
        ProcessId child = ProcessId.of(childPid).orElse(new ProcessId(childPid, 0, ProcessId.currentBootId()));
        return new MonitorState(
                MonitorState.VERSION,
                MonitorProtocol.VERSION,
                launch.id(),
                launch.shape().kind(),
                identity(monitorPid),
                child,
                child,
                launch.shape().terminal(),
                launch.shape().keepStdin());
    }

    static ProcessId identity(int pid) throws IOException {
        return ProcessId.of(pid).orElseThrow(() -> new IOException("process " + pid + " is gone"));
    }

    /**
     * The child's descriptor. A child may be over already, reaped by its monitor: one on its way to the gate has failed, and its own
     * report is the reason to give; one that found the gate open may have run to its end, and null says so.
     */
    private static @Nullable PidFd openInit(Spawned spawned, int pid, Launch launch)
            throws SpawnException, IOException {
        try {
            return PidFd.open(pid);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
            if (launch.toTheGate()) {
                awaitMessage(spawned, MonitorProtocol.READY, launch.directory());
                throw e;
            }
            return null;
        }
    }

    /**
     * Waits for one message and answers its value.
     *
     * @throws SpawnException when a failure came instead
     */
    static int awaitMessage(Spawned spawned, int word, Path directory) throws SpawnException, IOException {
        OptionalLong value = spawned.status().awaitMessage(word, PATIENCE);
        if (value.isEmpty()) {
            spawned.process().awaitExit(PATIENCE);
            throw new ChildDied("monitor", "record: " + ExitRecord.read(directory));
        }
        return (int) value.getAsLong();
    }

    /** Closes the gate, which ends the child, and reaps the monitor. */
    static void abandon(Spawned spawned, Pipe gate) throws IOException {
        try (spawned) {
            gate.close();
            if (!spawned.process().awaitExit(PATIENCE)) {
                spawned.process().sendSignal(SIGKILL);
                spawned.process().awaitExit(PATIENCE);
            }
            ExitWatch.reap(spawned.pid());
        }
    }

    static Map<Integer, Fd> placements(Map<MonitorFd, Fd> given) {
        var placements = new HashMap<Integer, Fd>();
        given.forEach((fd, ours) -> placements.put(fd.number(), ours));
        return placements;
    }

    static Set<MonitorFd> numbers(Map<MonitorFd, Fd> given) {
        var numbers = EnumSet.of(MonitorFd.STATUS);
        numbers.addAll(given.keySet());
        return numbers;
    }
}
