package dev.ferry.runtime.container;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.MonitorProtocol;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.Hooks;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.ChildDied;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.spawn.Spawned;
import dev.ferry.runtime.spawn.Spawner;
import dev.ferry.runtime.spawn.StatusReport;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Brings up containers that have no monitor, as the command line of an OCI runtime does: they are the caller's children and write to the
 * caller's descriptors. A container that was created waits at a FIFO in its directory, where any later call starts it.
 */
public final class RuntimeLauncher {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration UNLIMITED = Duration.ofDays(365);
    private static final int FIFO_MODE = FileNodes.S_IFIFO | 0600;
    private static final Path NOTHING = Path.of("/dev/null");
    private static final int REPORT_BYTES = 16;
    private static final String GATE = "gate";
    private static final String REPORT = "report";
    private static final String STEPS = "steps";

    private final Spawner spawner;
    private final ResourceLimits limits;

    /** Keeps program images in memory; where that is forbidden, in that directory of ours. */
    public RuntimeLauncher(Path images) throws IOException {
        this.spawner = Spawner.ofHost(images);
        this.limits = ResourceLimits.ofSelf();
    }

    /**
     * A container to create.
     *
     * @param directory where its FIFOs are made; exists
     * @param root absolute, the container's root
     * @param console the socket that is sent the terminal's master; empty without a terminal
     * @param kept how many of the caller's descriptors from 3 on are the container's
     * @param hookFiles what its hooks read and write; empty without hooks that run inside
     * @param listener where the listener of its filter goes; empty without one
     * @param manners what its caller wants done in another way
     */
    public record Request(
            String id,
            Path directory,
            Spec spec,
            Path root,
            Optional<SeccompFilter> filter,
            Cgroup cgroup,
            Optional<Path> console,
            int kept,
            Optional<HookFiles> hookFiles,
            Optional<Listener> listener,
            Set<Manner> manners) {
        public Request {
            manners = Set.copyOf(manners);
        }
    }

    /** What a caller may want done in another way, whatever the configuration says. */
    public enum Manner {
        /** It has the caller's session keyring and none of its own. */
        CALLERS_KEYRING,
        /** Its root is not made by pivot_root(2). */
        NO_PIVOT
    }

    /**
     * Who answers calls that a filter hands on.
     *
     * @param socket takes the listener
     * @param state a file in memory, borrowed: the {@link dev.ferry.runtime.oci.ContainerProcessState} that goes with it, written from outside
     */
    public record Listener(Path socket, Fd state) {
        /** How many bytes of state can be sent. */
        public static final int MAX_STATE = ListenerText.MAX_STATE;
    }

    /**
     * Files in memory, borrowed.
     *
     * @param creating the container's state for hooks while it is created; written from outside
     * @param created its state for hooks right before its program; written from outside
     * @param output what the hooks have said
     */
    public record HookFiles(Fd creating, Fd created, Fd output) {}

    /** What is done from outside while the container stands in its namespaces and has nothing mounted. */
    @FunctionalInterface
    public interface Outside {
        /** With its process id here. */
        void run(int pid) throws IOException;
    }

    /**
     * Creates it up to its gate; returns its process id.
     *
     * @throws StartFailed when there is no such program
     * @throws HookFailed when a hook inside did
     * @throws SpawnException when a step failed; nothing of it runs then
     */
    public int create(Request request, Outside outside) throws StartFailed, SpawnException, IOException {
        Process process = request.spec().process();
        if (process == null || process.args().isEmpty()) {
            throw new IllegalArgumentException("args must not be empty; name a program in process.args");
        }
        Path directory = request.directory();
        var files = new AloneText.Fifos(directory.resolve(GATE), directory.resolve(REPORT));
        FileNodes.make(files.report(), FIFO_MODE, 0, 0);
        FileNodes.make(files.gate(), FIFO_MODE, 0, 0);
        Hooks hooks =
                request.spec().hooks() == null ? Hooks.NONE : request.spec().hooks();
        List<Mount> mapped =
                request.spec().mounts().stream().filter(Mount::mapsIds).toList();
        Alone alone = alone(request.kept(), true, hooks, request.listener(), mapped.size());
        var launch = new LaunchRequest(
                request.id(),
                directory,
                directory.resolve("log"),
                request.spec(),
                new RootFilesystem.Bind(request.root()),
                request.filter(),
                request.cgroup(),
                true,
                false);
        try (Pipe goAhead = Pipe.open();
                CopyingUp copying = CopyingUp.of(request.spec());
                Placements placements = new Placements(alone)) {
            copying.socket().ifPresent(socket -> placements.put(alone.copier(), socket));
            placements.put(alone.goAhead(), goAhead.readEnd());
            placements.openCgroup(request.cgroup());
            request.hookFiles().ifPresent(placements::put);
            request.listener().ifPresent(placements::put);
            Map<Mount, Integer> idMaps = new HashMap<>();
            for (int i = 0; i < mapped.size(); i++) {
                placements.open(alone.map(i), idMap(mapped.get(i), request.spec()));
                idMaps.put(mapped.get(i), alone.map(i));
            }
            Program program = AloneText.container(
                    request.spec(), alone, request.console(), files, placements.numbers(), calls -> {
                        var text = new ProcessText(calls, process, request.filter(), limits, alone);
                        var init = new InitText(calls, launch, text, request.root(), idMaps)
                                .copiedBy(
                                        copying.socket().isPresent()
                                                ? OptionalInt.of(alone.copier())
                                                : OptionalInt.empty());
                        if (request.manners().contains(Manner.CALLERS_KEYRING)) {
                            text.keepKeyring();
                        }
                        if (request.manners().contains(Manner.NO_PIVOT)) {
                            init.moveRoot();
                        }
                        return new AloneText.Init(init::writeOutside, () -> {
                            text.begin();
                            alone.awaitGoAhead(calls);
                            init.writeInside(Optional.of(new HookText(calls, alone, hooks)));
                        });
                    });
            noteSteps(program, directory);
            try (Spawned spawned = spawner.spawn(program, placements.all())) {
                return bringUp(spawned, goAhead, outside, request, copying);
            } catch (StepFailed e) {
                if (e.step().call() == Syscall.EXECVE) {
                    throw StartFailed.of(e, process.args().getFirst());
                }
                throw e;
            }
        }
    }

    /** Without maps of its own it is the container's. config.md, "idmap" */
    private Fd idMap(Mount mount, Spec spec) throws SpawnException, IOException {
        if (!mount.isBindMount()) {
            throw new IllegalArgumentException(
                    "mount at \"%s\" maps ids and is no bind mount; bind something there, or leave the map out"
                            .formatted(mount.destination()));
        }
        if (!mount.uidMappings().isEmpty() || !mount.gidMappings().isEmpty()) {
            return IdMaps.namespace(spawner, mount.uidMappings(), mount.gidMappings());
        }
        Linux linux = spec.linux();
        if (linux == null || linux.uidMappings().isEmpty()) {
            throw new IllegalArgumentException(
                    "mount at \"%s\" maps ids and neither it nor the container has a map; set its uidMappings and gidMappings"
                            .formatted(mount.destination()));
        }
        return IdMaps.namespace(spawner, linux.uidMappings(), linux.gidMappings());
    }

    private static int bringUp(Spawned spawned, Pipe goAhead, Outside outside, Request request, CopyingUp copying)
            throws SpawnException, IOException {
        int pid = 0;
        boolean done = false;
        try {
            pid = awaitMessage(spawned, MonitorProtocol.CHILD);
            awaitMessage(spawned, MonitorProtocol.NAMESPACES);
            outside.run(pid);
            OpenFiles.writeFully(goAhead.writeEnd(), new byte[] {1});
            copying.run(PATIENCE);
            awaitReady(spawned, request);
            done = true;
            return pid;
        } finally {
            if (!done) {
                end(spawned, pid);
            }
            WaitPid.await(spawned.pid());
        }
    }

    private static void awaitReady(Spawned spawned, Request request) throws SpawnException, IOException {
        List<Hooks.Hook> hooks = request.spec().hooks() == null
                ? List.of()
                : request.spec().hooks().createContainer();
        if (spawned.status()
                .awaitMessage(MonitorProtocol.READY, patience(hooks))
                .isPresent()) {
            return;
        }
        int first = MonitorProtocol.CREATE_CONTAINER_HOOK;
        Optional<StatusReport.Message> failed = spawned.status().passed(first, first + hooks.size() - 1);
        if (failed.isEmpty()) {
            throw silent();
        }
        String said = request.hookFiles().isPresent()
                ? HookFailed.said(request.hookFiles().get().output())
                : "";
        throw HookFailed.of(
                "createContainer",
                hooks.get(failed.get().word() - first),
                (int) failed.get().value(),
                said);
    }

    /** How long what runs these hooks may take. */
    private static Duration patience(List<Hooks.Hook> hooks) {
        Duration all = PATIENCE;
        for (Hooks.Hook hook : hooks) {
            all = all.plus(hook.timeout() == null ? UNLIMITED : Duration.ofSeconds(hook.timeout()));
        }
        return all;
    }

    private static ChildDied silent() {
        return new ChildDied("container", "ended before it had said how far it was");
    }

    /** Both: a first process that waits for something, a console say, would be waited for in turn. */
    private static void end(Spawned spawned, int pid) throws IOException {
        spawned.process().sendSignal(ProcessConstants.SIGKILL);
        if (pid > 0) {
            Processes.kill(pid, ProcessConstants.SIGKILL);
            WaitPid.await(pid);
        }
    }

    private static int awaitMessage(Spawned spawned, int word) throws SpawnException, IOException {
        return awaitMessage(spawned, word, PATIENCE);
    }

    private static int awaitMessage(Spawned spawned, int word, Duration patience) throws SpawnException, IOException {
        return (int) spawned.status().awaitMessage(word, patience).orElseThrow(RuntimeLauncher::silent);
    }

    /** Standard descriptors of ours that are the host's devices must not be given to a container's user. */
    private static Alone alone(int kept, boolean gated, Hooks hooks, Optional<Listener> listener, int maps) {
        Set<Integer> foreign = new HashSet<>();
        Set<Integer> nothing = new HashSet<>();
        for (int fd = 0; fd <= 2; fd++) {
            try {
                Path file =
                        Path.of("/proc/self/fd").resolve(Integer.toString(fd)).toRealPath();
                if (file.startsWith("/dev")) {
                    foreign.add(fd);
                }
                if (file.equals(NOTHING)) {
                    nothing.add(fd);
                }
            } catch (IOException noFile) {
                // a pipe or a socket: the caller's own
            }
        }
        return new Alone(kept, gated, foreign, nothing, hooks, listener.map(Listener::socket), maps);
    }

    /** The steps behind the gate, so that a later call understands a report about one of them. */
    private static void noteSteps(Program program, Path directory) throws IOException {
        List<String> lines = program.steps().stream()
                .map(step -> step.call().name() + "\t" + step.label().replace('\n', ' '))
                .toList();
        Files.write(directory.resolve(STEPS), lines);
    }

    /** Whether a container waits there to be started. */
    public static boolean isAtGate(Path directory) {
        return Files.exists(directory.resolve(GATE));
    }

    /** Takes away the gate of one that never came to run, so that another that runs may have its place. */
    public static void removeGate(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(GATE));
    }

    /**
     * Starts a container that was created; returns when its program is executed.
     *
     * @param program its first argument, for the error's text
     * @param hooks those that run inside before its program
     * @throws StartFailed when it could not be executed; it has ended then
     * @throws HookFailed when a hook has failed; it has ended then
     */
    public static void start(Path directory, String program, List<Hooks.Hook> hooks) throws StartFailed, IOException {
        Path gate = directory.resolve(GATE);
        try (StartReport report = StartReport.open(directory.resolve(REPORT));
                FileChannel opened = StartReport.openEnd(gate, StandardOpenOption.WRITE)) {
            Files.delete(gate);
            passOn(opened, gate);
            byte[] said = report.await(REPORT_BYTES, patience(hooks));
            if (said.length == REPORT_BYTES) {
                requireHooks(said, hooks);
                throw failure(said, directory, program);
            }
        }
    }

    private static void passOn(FileChannel opened, Path gate) throws NoSuchFileException {
        try {
            opened.write(ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException e) {
            var nobody = new NoSuchFileException(gate.toString(), null, "nobody waits there to be started");
            nobody.initCause(e);
            throw nobody;
        }
    }

    private static void requireHooks(byte[] said, List<Hooks.Hook> hooks) throws HookFailed {
        ByteBuffer words = ByteBuffer.wrap(said).order(ByteOrder.LITTLE_ENDIAN);
        long hook = words.getLong() - MonitorProtocol.START_CONTAINER_HOOK;
        if (hook >= 0 && hook < hooks.size()) {
            throw HookFailed.of("startContainer", hooks.get((int) hook), (int) words.getLong(), "");
        }
    }

    private static StartFailed failure(byte[] said, Path directory, String program) throws IOException {
        ByteBuffer words = ByteBuffer.wrap(said).order(ByteOrder.LITTLE_ENDIAN);
        int step = Program.stepAt(words.getLong());
        Errno errno = Errno.of((int) -words.getLong());
        List<String> steps = Files.readAllLines(directory.resolve(STEPS));
        if (step < 0 || step >= steps.size()) {
            throw new IOException("the container reported a failure of step " + step + ", which it does not have");
        }
        String[] parts = steps.get(step).split("\t", 2);
        return StartFailed.of(parts[0], parts[1], errno, program);
    }

    /**
     * A process to add to a container.
     *
     * @param console as in {@link Request}
     * @param listener as in {@link Request}
     * @param entries files by which it joins the cgroup, or ones below
     * @param paused whether it may have to wait for the cgroup to be thawed
     */
    public record Further(
            String id,
            Path directory,
            PidFd target,
            Process process,
            Optional<Linux> linux,
            Optional<SeccompFilter> filter,
            Cgroup cgroup,
            Optional<Path> console,
            int kept,
            Optional<Listener> listener,
            List<Path> entries,
            boolean paused) {}

    /**
     * Adds a process, a child of ours; returns its process id when its program is executed.
     *
     * @param outside what is done while it waits in its namespaces; only if its filter has a listener
     * @throws StartFailed when it could not be executed
     */
    public int exec(Further request, Outside outside) throws StartFailed, SpawnException, IOException {
        Alone alone = alone(request.kept(), false, Hooks.NONE, request.listener(), 0);
        var exec = new ExecRequest(
                request.id(),
                request.directory(),
                request.directory().resolve("log"),
                request.process(),
                request.linux(),
                request.filter(),
                request.cgroup(),
                true,
                false);
        try (Pipe goAhead = Pipe.open();
                Placements placements = new Placements(alone)) {
            placements.put(alone.target(), request.target().fd());
            placements.put(alone.goAhead(), goAhead.readEnd());
            request.listener().ifPresent(placements::put);
            Program program = AloneText.further(
                    alone,
                    request.console(),
                    placements.numbers(),
                    calls -> JoinText.write(
                            calls,
                            exec,
                            new ProcessText(calls, request.process(), request.filter(), limits, alone),
                            request.entries()));
            try (Spawned spawned = spawner.spawn(program, placements.all())) {
                return added(spawned, request, goAhead, outside);
            }
        }
    }

    private static int added(Spawned spawned, Further request, Pipe goAhead, Outside outside)
            throws StartFailed, SpawnException, IOException {
        int pid = 0;
        boolean done = false;
        try {
            Duration patience = request.paused() ? UNLIMITED : PATIENCE;
            pid = awaitMessage(spawned, MonitorProtocol.CHILD, patience);
            if (request.listener().isPresent()) {
                awaitMessage(spawned, MonitorProtocol.NAMESPACES);
                outside.run(pid);
                OpenFiles.writeFully(goAhead.writeEnd(), new byte[] {1});
            }
            spawned.status().awaitClosed(patience);
            done = true;
            return pid;
        } catch (StepFailed e) {
            throw StartFailed.of(e, request.process().args().getFirst());
        } finally {
            if (!done) {
                end(spawned, pid);
            }
            WaitPid.await(spawned.pid());
        }
    }

    /** Descriptors for a first process: the caller's standard ones, and those of its table that there are. Closes what it opened. */
    private static final class Placements implements AutoCloseable {
        private final Alone alone;
        private final Map<Integer, Fd> all = new HashMap<>();
        private final Set<Integer> numbers = new HashSet<>();
        private final List<Fd> opened = new ArrayList<>();

        Placements(Alone alone) {
            this.alone = alone;
            for (int fd = 0; fd <= 2; fd++) {
                all.put(fd, Fd.adopt(fd));
            }
        }

        void put(int number, Fd fd) {
            all.put(number, fd);
            numbers.add(number);
        }

        void put(HookFiles files) {
            put(alone.creating(), files.creating());
            put(alone.created(), files.created());
            put(alone.hookOutput(), files.output());
        }

        void put(Listener listener) {
            put(alone.listenerState(), listener.state());
        }

        /** Takes it over. */
        void open(int number, Fd fd) {
            opened.add(fd);
            put(number, fd);
        }

        void openCgroup(Cgroup cgroup) throws IOException {
            Optional<Path> birthplace = cgroup.birthplace();
            if (birthplace.isPresent()) {
                open(alone.cgroup(), OpenFiles.open(birthplace.get(), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY));
            }
        }

        Map<Integer, Fd> all() {
            return all;
        }

        Set<Integer> numbers() {
            return numbers;
        }

        @Override
        public void close() {
            opened.forEach(Fd::close);
            // the caller's own stay open
            for (int fd = 0; fd <= 2; fd++) {
                Fd own = all.get(fd);
                if (own != null && own.isOpen()) {
                    own.release();
                }
            }
        }
    }
}
