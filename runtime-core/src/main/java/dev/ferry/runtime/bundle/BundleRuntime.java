package dev.ferry.runtime.bundle;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.cgroup.CgroupStatistics;
import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.PidFd;
import dev.ferry.runtime.linux.ProcessId;
import dev.ferry.runtime.linux.Processes;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.Linux;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.oci.State;
import dev.ferry.runtime.seccomp.SeccompFilter;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.runtime.systemd.ScopeName;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The verbs of an OCI runtime over one directory of states. Each call may be a process of its own: what a container is follows from its
 * directory, its process and its cgroup alone. Texts of errors are runc's where its callers read them.
 */
public final class BundleRuntime {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final String CONFIG = "config.json";

    final Path root;
    final Preparation preparation;
    private final boolean systemd;
    private final Consumer<String> warnings;
    private @Nullable CgroupHierarchies hierarchies;

    /**
     * Over a directory of states, which is made when it is needed.
     *
     * @param tools where a private libseccomp may lie
     * @param warnings is told what went wrong and changed nothing
     */
    public BundleRuntime(Path root, Optional<Path> tools, Consumer<String> warnings) {
        this(root, tools, false, warnings);
    }

    /**
     * The same.
     *
     * @param systemd whether systemd makes the cgroups of containers that are created or restored; for all others their records say it
     */
    public BundleRuntime(Path root, Optional<Path> tools, boolean systemd, Consumer<String> warnings) {
        this.root = root;
        this.systemd = systemd;
        this.warnings = warnings;
        this.preparation = new Preparation(root, tools, warnings);
    }

    /** Looked at by the first who asks: starting a container takes none of it. */
    CgroupHierarchies hierarchies() throws IOException {
        CgroupHierarchies known = hierarchies;
        if (known == null) {
            known = CgroupHierarchies.ofHost();
            hierarchies = known;
        }
        return known;
    }

    /**
     * What a caller may say beside the bundle.
     *
     * @param console the socket that is sent the terminal's master
     * @param kept how many of the caller's descriptors from 3 on are the program's
     * @param pidFile where the process id is written, and nowhere if empty
     * @param pidFdSocket the socket that is sent a descriptor of the process
     * @param manners what is done in another way than usual while it is created
     */
    public record Options(
            Optional<Path> console,
            int kept,
            Optional<Path> pidFile,
            Optional<Path> pidFdSocket,
            Set<RuntimeLauncher.Manner> manners) {
        /** Nothing. */
        public static final Options NONE =
                new Options(Optional.empty(), 0, Optional.empty(), Optional.empty(), Set.of());

        public Options {
            manners = Set.copyOf(manners);
        }
    }

    /**
     * How a further process joins a container.
     *
     * @param ignorePaused also a paused one, where it may have to wait until that is resumed
     * @param cgroups sub-cgroups of the container's, as runc's {@code --cgroup} names them
     */
    public record Joining(boolean ignorePaused, List<String> cgroups) {
        public Joining {
            cgroups = List.copyOf(cgroups);
        }
    }

    /** Creates a container; returns its process id. Nothing of it is left when it fails. */
    public int create(String id, Bundle bundle, Options options)
            throws RuntimeRefused, StartFailed, SpawnException, IOException {
        Refusals.requireUsable(id);
        Refusals.requireProgram(bundle.spec().process());
        preparation.requireHost(bundle.spec());
        Refusals.requireMaps(bundle.spec().linux());
        MountNamespace.requireForeign(bundle.spec());
        Refusals.requireConsole(bundle.spec().process(), options);
        Path directory = root.resolve(id);
        Files.createDirectories(root);
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            throw new RuntimeRefused(
                    "container with given ID already exists: \"%s\"; delete that one, or use another ID".formatted(id),
                    e);
        }
        CgroupMaker made = null;
        boolean done = false;
        try {
            CgroupMaker maker = cgroupMaker(id, bundle.spec());
            Preparation.requireEmpty(maker.cgroup());
            try (CgroupMaker.Made held = make(maker, bundle.spec(), directory)) {
                made = maker;
                var record = BundleRecord.fresh(id, bundle, maker);
                record.write(directory);
                // what is changed in the bundle from here on changes nothing
                Files.write(directory.resolve(CONFIG), bundle.json());
                int pid = bringUp(record, bundle, directory, held.cgroup(), options);
                done = true;
                return pid;
            }
        } finally {
            if (!done) {
                if (made != null) {
                    made.remove(PATIENCE);
                }
                deleteTree(directory);
                preparation.forget(id, bundle.spec());
            }
        }
    }

    private int bringUp(BundleRecord record, Bundle bundle, Path directory, Cgroup cgroup, Options options)
            throws RuntimeRefused, StartFailed, SpawnException, IOException {
        try (PidFdSocket holder = PidFdSocket.connect(options.pidFdSocket())) {
            return bringUp(record, bundle, directory, cgroup, options, holder);
        }
    }

    private int bringUp(
            BundleRecord record, Bundle bundle, Path directory, Cgroup cgroup, Options options, PidFdSocket holder)
            throws RuntimeRefused, StartFailed, SpawnException, IOException {
        Spec spec = preparation.withRights(bundle.spec());
        int pid = new Creation(record, directory, spec, cgroup).run(bundle.root(), preparation.filter(spec), options);
        boolean done = false;
        try {
            record.withInit(ProcessId.of(pid)
                            .orElseThrow(() -> new IOException("process " + pid + " ended at its gate")))
                    .write(directory);
            holder.send(pid);
            if (options.pidFile().isPresent()) {
                writePid(options.pidFile().get(), pid);
            }
            done = true;
            return pid;
        } finally {
            if (!done) {
                Processes.kill(pid, ProcessConstants.SIGKILL);
            }
        }
    }

    /** Whole or not at all: its readers wait for the file to appear. */
    static void writePid(Path file, int pid) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName());
        Files.writeString(temporary, Integer.toString(pid));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lets a created container run its program. */
    public void start(String id) throws RuntimeRefused, StartFailed, IOException {
        Held held = hold(id);
        switch (held.status()) {
            case CREATED -> {}
            case STOPPED ->
                throw new RuntimeRefused(
                        "cannot start a container that has stopped: \"%s\"; delete it and create it anew"
                                .formatted(id));
            case CREATING, RUNNING, PAUSED ->
                throw new RuntimeRefused("cannot start an already running container: \"%s\" is %s"
                        .formatted(id, held.status().word()));
        }
        Spec spec = spec(held.directory());
        Process process = spec.process();
        if (process == null) {
            throw new RuntimeRefused(
                    "process property must not be empty: \"%s\" was created without; delete it and create it anew"
                            .formatted(id));
        }
        try {
            RuntimeLauncher.start(
                    held.directory(),
                    process.args().getFirst(),
                    spec.hooks() == null ? List.of() : spec.hooks().startContainer());
        } catch (NoSuchFileException e) {
            throw new RuntimeRefused("cannot start \"%s\": another call has, or it has ended".formatted(id), e);
        }
        if (spec.hooks() != null) {
            State running = state(held.record(), spec, BundleStatus.RUNNING, held.pid());
            HookRunner.runAll("poststart", spec.hooks().poststart(), running, warnings);
        }
    }

    /** What the {@code state} verb prints. */
    public BundleState state(String id) throws RuntimeRefused, IOException {
        return shown(hold(id));
    }

    /** All containers, by id. */
    public List<BundleState> list() throws IOException {
        List<BundleState> all = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return all;
        }
        List<Path> directories;
        try (Stream<Path> entries = Files.list(root)) {
            directories = entries.filter(Files::isDirectory).sorted().toList();
        }
        for (Path directory : directories) {
            try {
                all.add(shown(hold(String.valueOf(directory.getFileName()))));
            } catch (RuntimeRefused gone) {
                // deleted meanwhile, or half made
            }
        }
        return all;
    }

    /**
     * Sends a signal to its init, or to every process in it.
     *
     * @param all whether to every one; then a container that has stopped is no error
     */
    public void kill(String id, int signal, boolean all) throws RuntimeRefused, IOException {
        Held held = hold(id);
        if (all) {
            Cgroup cgroup = cgroup(held.record());
            if (signal == ProcessConstants.SIGKILL) {
                cgroup.kill();
                return;
            }
            for (int pid : cgroup.pids()) {
                signal(pid, signal);
            }
            return;
        }
        if (held.status() == BundleStatus.STOPPED) {
            throw new RuntimeRefused("container not running: \"%s\" has stopped".formatted(id));
        }
        signal(held, signal);
        if (signal == ProcessConstants.SIGKILL) {
            // a frozen process takes its end when it thaws
            cgroup(held.record()).thaw();
        }
    }

    /** Held, so that nobody else is hit who has its number by now. */
    private static void signal(Held held, int signal) throws IOException {
        ProcessId init = held.record().init();
        Optional<PidFd> process = init == null ? Optional.empty() : init.open();
        if (process.isPresent()) {
            try (PidFd opened = process.get()) {
                opened.sendSignal(signal);
            } catch (SyscallException e) {
                if (!e.is(Errno.ESRCH)) {
                    throw e;
                }
            }
        }
    }

    private static void signal(int pid, int signal) throws SyscallException {
        try {
            Processes.kill(pid, signal);
        } catch (SyscallException e) {
            if (!e.is(Errno.ESRCH)) {
                throw e;
            }
        }
    }

    /**
     * Removes a container that has stopped.
     *
     * @param force ends one that has not; one that is not there is no error
     */
    public void delete(String id, boolean force) throws RuntimeRefused, IOException {
        Path directory = root.resolve(id);
        if (force && !isId(id, directory)) {
            return;
        }
        Optional<BundleRecord> kept = isId(id, directory) ? BundleRecord.read(directory) : Optional.empty();
        if (kept.isEmpty()) {
            if (!force) {
                throw missing(id);
            }
            // made by a call that died
            deleteTree(directory);
            return;
        }
        Held held = hold(id);
        Cgroup cgroup = cgroup(held.record());
        if (force || held.status() == BundleStatus.STOPPED) {
            CheckpointVerbs.endCriu(directory, cgroup);
        }
        if (held.status() != BundleStatus.STOPPED) {
            if (!force && held.status() != BundleStatus.CREATED) {
                throw new RuntimeRefused("cannot delete container %s that is not stopped: %s; stop it, or use --force"
                        .formatted(id, held.status().word()));
            }
            end(held, cgroup);
        }
        maker(held.record()).remove(PATIENCE);
        Optional<Spec> spec = specOfOneThatGoes(directory);
        if (spec.isPresent()) {
            preparation.forget(id, spec.get());
        }
        deleteTree(directory);
        if (spec.isPresent() && spec.get().hooks() != null) {
            State stopped = state(held.record(), spec.get(), BundleStatus.STOPPED, 0);
            HookRunner.runAll("poststop", spec.get().hooks().poststop(), stopped, warnings);
        }
    }

    /** What cannot be read must not keep it from going. */
    private Optional<Spec> specOfOneThatGoes(Path directory) throws IOException {
        try {
            return Optional.of(spec(directory));
        } catch (RuntimeRefused | NoSuchFileException e) {
            warnings.accept("its poststop hooks are not known: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static void end(Held held, Cgroup cgroup) throws IOException {
        ProcessId init = held.record().init();
        Optional<PidFd> process = init == null ? Optional.empty() : init.open();
        if (process.isPresent()) {
            try (PidFd opened = process.get()) {
                signal(opened.pid(), ProcessConstants.SIGKILL);
                cgroup.thaw();
                opened.awaitExit(PATIENCE);
            }
        }
    }

    /** Saves a running container. */
    public void checkpoint(String id, CheckpointFlags flags) throws RuntimeRefused, IOException {
        new CheckpointVerbs(this).checkpoint(id, flags);
    }

    /**
     * Brings a container back from a checkpoint; returns its process id. It is a child of this process and has its standard descriptors.
     *
     * @param bundle what it was made of; if empty, the one of the container that has stopped, else that of the current directory
     */
    public int restore(String id, Optional<Bundle> bundle, CheckpointFlags flags, Options options)
            throws RuntimeRefused, IOException {
        return new CheckpointVerbs(this).restore(id, bundle, flags, options);
    }

    /** Waits for what happens to it. */
    public BundleEvents events(String id) throws RuntimeRefused, IOException {
        Held held = hold(id);
        return BundleEvents.open(held.record(), cgroup(held.record()), held.status());
    }

    /** Stops every process of it. */
    public void pause(String id) throws RuntimeRefused, IOException {
        Held held = hold(id);
        if (held.status() != BundleStatus.RUNNING && held.status() != BundleStatus.CREATED) {
            throw new RuntimeRefused("container not running: \"%s\" is %s"
                    .formatted(id, held.status().word()));
        }
        cgroup(held.record()).freeze(PATIENCE).keepFrozen();
    }

    /** Lets every process of it run again. */
    public void resume(String id) throws RuntimeRefused, IOException {
        Held held = hold(id);
        if (held.status() != BundleStatus.PAUSED) {
            throw new RuntimeRefused("container not paused: \"%s\" is %s"
                    .formatted(id, held.status().word()));
        }
        cgroup(held.record()).thaw();
    }

    /** Processes in it, as this process numbers them. */
    public List<Integer> processes(String id) throws RuntimeRefused, IOException {
        return cgroup(hold(id).record()).pids();
    }

    /** What it has used. */
    public CgroupStatistics statistics(String id) throws RuntimeRefused, IOException {
        return cgroup(hold(id).record()).statistics();
    }

    /**
     * Changes limits of it. Devices stay as they were made, as runc has it: its callers send along what they know of them, and that is not
     * what the container got.
     */
    public void update(String id, LinuxResources resources, Optional<Linux.IntelRdt> shares)
            throws RuntimeRefused, IOException {
        Held held = hold(id);
        if (held.status() == BundleStatus.STOPPED) {
            throw new RuntimeRefused("container not running: \"%s\" has stopped".formatted(id));
        }
        if (shares.isPresent()) {
            Linux linux = spec(held.directory()).linux();
            ResourceControl.ofHost().update(id, linux == null ? null : linux.intelRdt(), shares.get());
        }
        maker(held.record()).limit(resources.withDevices(List.of()));
    }

    /**
     * Adds a process to a running container; returns its process id. It is a child of the caller.
     *
     * @param process what runs; empty fields are not taken from the container
     * @param joining where it joins
     */
    public int exec(String id, Process process, Options options, Joining joining)
            throws RuntimeRefused, StartFailed, SpawnException, IOException {
        Held held = hold(id);
        if (held.status() == BundleStatus.PAUSED && !joining.ignorePaused()) {
            throw new RuntimeRefused(
                    "cannot exec in a paused container (use --ignore-paused to override): \"%s\"".formatted(id));
        }
        if (held.status() == BundleStatus.CREATING || held.status() == BundleStatus.STOPPED) {
            throw new RuntimeRefused("cannot exec in a stopped container: \"%s\" is %s"
                    .formatted(id, held.status().word()));
        }
        Refusals.requireProgram(process);
        SecurityModules.ofHost().require(process, null);
        Refusals.requireConsole(process, options);
        Spec spec = spec(held.directory());
        Process base = spec.process();
        Process whole = preparation.withRights(base == null ? process : process.filledFrom(base));
        Optional<SeccompFilter> filter = preparation.filter(spec);
        try (PidFd target = PidFd.open(held.pid());
                PidFdSocket holder = PidFdSocket.connect(options.pidFdSocket());
                ListenedFilter listened = ListenedFilter.of(spec.linux(), filter)) {
            var request = new RuntimeLauncher.Further(
                    id,
                    held.directory(),
                    target,
                    whole,
                    Optional.ofNullable(spec.linux()),
                    filter,
                    cgroup(held.record()),
                    options.console(),
                    options.kept(),
                    listened.listener(),
                    SubCgroups.entries(cgroup(held.record()), joining.cgroups()),
                    joining.ignorePaused());
            State state = state(held.record(), spec, held.status(), held.pid());
            int pid = new RuntimeLauncher(held.directory()).exec(request, added -> listened.tell(added, state));
            holder.send(pid);
            if (options.pidFile().isPresent()) {
                writePid(options.pidFile().get(), pid);
            }
            return pid;
        }
    }

    /** The container's process as its configuration has it. */
    public Optional<Process> process(String id) throws RuntimeRefused, IOException {
        return Optional.ofNullable(spec(hold(id).directory()).process());
    }

    record Held(BundleRecord record, Path directory, BundleStatus status) {
        int pid() {
            ProcessId init = record.init();
            return init == null || status == BundleStatus.STOPPED ? 0 : init.pid();
        }
    }

    Held hold(String id) throws RuntimeRefused, IOException {
        Path directory = root.resolve(id);
        Optional<BundleRecord> record = isId(id, directory) ? BundleRecord.read(directory) : Optional.empty();
        if (record.isEmpty()) {
            throw missing(id);
        }
        return new Held(record.get(), directory, status(record.get(), directory));
    }

    private static boolean isId(String id, Path directory) {
        return !id.isEmpty()
                && id.indexOf('/') < 0
                && !id.equals(".")
                && !id.equals("..")
                && Files.isDirectory(directory);
    }

    private RuntimeRefused missing(String id) {
        return new RuntimeRefused("container does not exist: \"%s\" is not in %s; see \"list\"".formatted(id, root));
    }

    private BundleStatus status(BundleRecord record, Path directory) throws IOException {
        ProcessId init = record.init();
        if (init == null) {
            return BundleStatus.CREATING;
        }
        if (!isAlive(init)) {
            return BundleStatus.STOPPED;
        }
        if (RuntimeLauncher.isAtGate(directory)) {
            return BundleStatus.CREATED;
        }
        return cgroup(record).isFrozen() ? BundleStatus.PAUSED : BundleStatus.RUNNING;
    }

    /** One that has ended and was not reaped is over. proc_pid_stat(5) */
    private static boolean isAlive(ProcessId process) throws IOException {
        if (!process.exists()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException gone) {
            return false;
        }
    }

    Cgroup cgroup(BundleRecord record) throws IOException {
        return hierarchies().open(new CgroupPath(record.cgroup()));
    }

    CgroupMaker maker(BundleRecord record) throws IOException {
        return CgroupMaker.of(record, hierarchies(), warnings);
    }

    private BundleState shown(Held held) throws IOException {
        BundleRecord record = held.record();
        Map<String, String> annotations = Map.of();
        try {
            annotations = spec(held.directory()).annotations();
        } catch (RuntimeRefused | NoSuchFileException halfMade) {
            // everything else is known without it
        }
        return new BundleState(
                Spec.VERSION,
                record.id(),
                held.pid(),
                held.status().word(),
                record.bundle(),
                record.rootfs(),
                record.created(),
                annotations,
                record.owner());
    }

    /** As it was when the container was created. */
    static Spec spec(Path directory) throws RuntimeRefused, IOException {
        try {
            return OciJson.readSpec(directory.resolve(CONFIG));
        } catch (InvalidSpec e) {
            throw new RuntimeRefused(String.valueOf(e.getMessage()), e);
        }
    }

    static State state(BundleRecord record, Spec spec, BundleStatus status, int pid) {
        return new State(
                Spec.VERSION, record.id(), status.word(), pid == 0 ? null : pid, record.bundle(), spec.annotations());
    }

    CgroupMaker cgroupMaker(String id, Spec spec) throws RuntimeRefused, IOException {
        if (!systemd) {
            return new CgroupMaker.Own(hierarchies(), hierarchies().open(Preparation.cgroupPath(id, spec)));
        }
        String given = spec.linux() == null ? null : spec.linux().cgroupsPath();
        try {
            ScopeName name = given == null || given.isEmpty() ? ScopeName.of(id) : ScopeName.parse(given);
            return CgroupMaker.of(name, hierarchies(), warnings);
        } catch (IllegalArgumentException e) {
            throw new RuntimeRefused(String.valueOf(e.getMessage()), e);
        }
    }

    /** As the configuration has it limited. */
    static CgroupMaker.Made make(CgroupMaker maker, Spec spec, Path directory) throws IOException {
        return maker.make(Preparation.resources(spec), spec.annotations(), directory);
    }

    /** Reads what a caller has written about a process: {@code exec --process}. */
    public static Process readProcess(Path file) throws RuntimeRefused, IOException {
        try {
            return OciJson.readProcess(Files.readAllBytes(file));
        } catch (InvalidSpec e) {
            throw new RuntimeRefused(String.valueOf(e.getMessage()), e);
        }
    }

    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
