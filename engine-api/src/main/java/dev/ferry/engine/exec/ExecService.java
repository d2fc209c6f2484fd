package dev.ferry.engine.exec;

import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.engine.container.Accounts;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerId;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.Runtimes;
import dev.ferry.engine.container.Verb;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExecRequest;
import dev.ferry.runtime.container.ForeignRuntime;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.seccomp.SeccompException;
import dev.ferry.runtime.spawn.SpawnException;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and starts further processes. Safe for use by many threads. */
public final class ExecService {

    private static final Logger LOG = LoggerFactory.getLogger(ExecService.class);

    private final ContainerRegistry registry;
    private final ContainerLauncher launcher;
    /** What docker calls a program that could not be started for another reason than its absence. */
    private static final int CANNOT_INVOKE = 126;

    /** What the runtime calls the same. */
    private static final int NO_START = 128;

    private final Incarnations incarnations;
    private final Runtimes runtimes;
    private final ContainerEvents events;
    private final Map<String, Exec> execs = new ConcurrentHashMap<>();

    /** From its parts. */
    public ExecService(
            ContainerRegistry registry,
            ContainerLauncher launcher,
            Incarnations incarnations,
            Runtimes runtimes,
            ContainerEvents events) {
        this.registry = registry;
        this.launcher = launcher;
        this.incarnations = incarnations;
        this.runtimes = runtimes;
        this.events = events;
    }

    /** Makes an exec in a running container; it is not started. */
    public Exec create(String reference, ExecCreateRequest request) {
        Container container = registry.find(reference);
        ContainerRecord record = container.record();
        record.require(Verb.EXEC);
        if (request.cmd().isEmpty()) {
            throw new InvalidRequest("exec.no-command", "No exec command specified");
        }
        if (request.privileged()) {
            throw new Unsupported(
                    "exec.privileged",
                    "a privileged exec is not supported by this engine: run the container itself with --privileged");
        }
        forgetRemoved();
        String id = ContainerId.random().text();
        Path directory =
                container.incarnation(record.incarnation()).resolve("execs").resolve(id.substring(0, 16));
        Exec exec = new Exec(id, container, request, directory, false);
        execs.put(id, exec);
        events.tell(record, "exec_create: " + String.join(" ", request.cmd()), Map.of("execID", id));
        return exec;
    }

    /**
     * Makes an exec for the engine's own ends: no client finds it by its id, and whoever makes it forgets it.
     */
    public Exec createProbe(Container container, ExecCreateRequest request) {
        ContainerRecord record = container.record();
        record.require(Verb.EXEC);
        String id = ContainerId.random().text();
        return new Exec(id, container, request, probes(container).resolve(id.substring(0, 16)), true);
    }

    /** The probes that an earlier engine began in a running container. */
    public List<Exec> adoptProbes(Container container) {
        List<Exec> found = new ArrayList<>();
        Path directory = probes(container);
        if (Files.isDirectory(directory)) {
            try (var homes = Files.newDirectoryStream(directory)) {
                for (Path home : homes) {
                    adopted(container, home, true).ifPresentOrElse(found::add, () -> deleteTree(home));
                }
            } catch (IOException e) {
                LOG.warn("probes of container {} are not known any more: {}", container.id(), e.getMessage());
            }
        }
        return found;
    }

    private static Path probes(Container container) {
        return container.incarnation(container.record().incarnation()).resolve("probes");
    }

    /** Lets go of an exec and of its files. What of it runs goes on running. */
    public void forget(Exec exec) {
        execs.remove(exec.id());
        ContainerProcess process = exec.process();
        if (process != null) {
            process.close();
        }
        deleteTree(exec.directory());
    }

    private static void deleteTree(Path directory) {
        try {
            Incarnations.deleteTree(directory);
        } catch (IOException e) {
            LOG.warn("\"{}\" stays behind: {}", directory, e.getMessage());
        }
    }

    /** The exec of that id. */
    public Exec find(String id) {
        Exec exec = execs.get(id);
        if (exec == null) {
            throw new NotFound("exec.missing", "No such exec instance: " + id);
        }
        return exec;
    }

    /** The ids of a container's execs that run. */
    public List<String> running(Container container) {
        return execs.values().stream()
                .filter(e -> e.container() == container && e.isRunning())
                .map(Exec::id)
                .toList();
    }

    /** Claims the one start that an exec has, and makes its log, so that a client can begin to read. */
    public void claim(Exec exec) {
        ContainerRecord record = exec.container().record();
        record.require(Verb.EXEC);
        if (!exec.markStarted()) {
            throw new Conflict("exec.started", "exec " + exec.id() + " has already been started");
        }
        try {
            Files.createDirectories(exec.directory());
            Files.write(exec.log(), new byte[0]);
            Exec.note(exec.directory()).keep(new Exec.Note(exec.id(), exec.request()));
        } catch (IOException e) {
            throw new Failed("exec.log", "cannot start exec " + exec.id() + ": " + e.getMessage(), e);
        }
    }

    /** Starts a claimed exec; returns when its program has been executed. */
    public void start(Exec exec) throws InterruptedException {
        exec.container().lane().run(() -> startOnLane(exec));
    }

    private void startOnLane(Exec exec) {
        Container container = exec.container();
        ContainerRecord record = container.record();
        record.require(Verb.EXEC);
        try {
            Optional<ForeignRuntime> other = runtimes.of(record);
            Spec spec = incarnations.spec(container);
            ExecRequest request = new ExecRequest(
                    exec.id(),
                    exec.directory(),
                    exec.log(),
                    process(spec, exec.request(), record),
                    Optional.ofNullable(spec.linux()),
                    other.isPresent() ? Optional.empty() : incarnations.filter(spec),
                    incarnations.cgroup(record),
                    exec.request().attachStdin(),
                    false);
            ContainerProcess process = other.isPresent()
                    ? launcher.exec(container.requireProcess(), request, other.get())
                    : launcher.exec(container.requireProcess(), request);
            try {
                process.start();
            } catch (StartFailed | IOException e) {
                process.close();
                throw e;
            }
            hold(exec, process);
            if (!exec.isProbe()) {
                events.tell(
                        record, "exec_start: " + String.join(" ", exec.request().cmd()), Map.of("execID", exec.id()));
            }
        } catch (EngineException e) {
            exec.markFailed(CANNOT_INVOKE);
            throw e;
        } catch (StartFailed e) {
            int code = e.exitCode() == NO_START ? CANNOT_INVOKE : e.exitCode();
            exec.markFailed(code);
            throw new InvalidRequest("exec.start." + code, String.valueOf(e.getMessage()), e);
        } catch (SpawnException | SeccompException | SnapshotException | IOException e) {
            exec.markFailed(CANNOT_INVOKE);
            throw new Failed("exec.start", "cannot start exec in container " + record.id() + ": " + e.getMessage(), e);
        }
    }

    private void hold(Exec exec, ContainerProcess process) {
        exec.run(process);
        process.onExit(exit -> {
            exec.container().wake();
            if (!exec.isProbe()) {
                events.tell(
                        exec.container().record(),
                        "exec_die",
                        Map.of("execID", exec.id(), "exitCode", Integer.toString(exit.exitCode())));
            }
        });
    }

    /** Finds the execs again that an earlier engine started in containers that run: those that run too, and what became of the others. */
    public void adopt() throws IOException {
        for (Container container : registry.all()) {
            Path directory =
                    container.incarnation(container.record().incarnation()).resolve("execs");
            if (container.status().isAlive() && Files.isDirectory(directory)) {
                try (var homes = Files.newDirectoryStream(directory)) {
                    for (Path home : homes) {
                        adopted(container, home, false).ifPresent(exec -> execs.put(exec.id(), exec));
                    }
                }
            }
        }
    }

    private Optional<Exec> adopted(Container container, Path home, boolean probe) {
        try {
            Optional<Exec.Note> note = Exec.note(home).read();
            if (note.isEmpty()) {
                return Optional.empty();
            }
            Exec exec = new Exec(note.get().id(), container, note.get().request(), home, probe);
            exec.markStarted();
            hold(exec, launcher.adopt(home, exec.log()));
            return Optional.of(exec);
        } catch (IOException e) {
            LOG.warn("exec in \"{}\" is not known any more: {}", home, e.getMessage());
            return Optional.empty();
        }
    }

    private Process process(Spec spec, ExecCreateRequest request, ContainerRecord record)
            throws SnapshotException, IOException {
        Process own = spec.process();
        if (own == null) {
            throw new AssertionError("a container's configuration has a process");
        }
        List<String> environment = new ArrayList<>(own.env());
        if (request.env() != null) {
            for (String entry : request.env()) {
                String name = entry.contains("=") ? entry.substring(0, entry.indexOf('=') + 1) : entry + "=";
                environment.removeIf(old -> old.startsWith(name));
                if (entry.contains("=")) {
                    environment.add(entry);
                }
            }
        }
        if (request.tty() && environment.stream().noneMatch(e -> e.startsWith("TERM="))) {
            environment.add("TERM=xterm");
        }
        Accounts.Account account = request.user().isEmpty()
                ? new Accounts.Account(own.user(), "")
                : incarnations.accounts(incarnations.root(record)).resolve(request.user(), List.of());
        if (!account.home().isEmpty()) {
            environment.removeIf(e -> e.startsWith("HOME="));
            environment.add("HOME=" + account.home());
        }
        List<Integer> size = request.consoleSize();
        return new Process(
                request.tty(),
                request.tty() && size != null && size.size() == 2 && size.getFirst() > 0
                        ? new ConsoleSize(size.getFirst(), size.getLast())
                        : null,
                account.user(),
                request.cmd(),
                environment,
                request.workingDir().isEmpty() ? own.cwd() : request.workingDir(),
                own.capabilities(),
                own.rlimits(),
                own.noNewPrivileges(),
                own.apparmorProfile(),
                own.oomScoreAdj(),
                null,
                own.selinuxLabel(),
                null,
                null);
    }

    /** What was asked of containers that are no more, or of incarnations that have ended, is forgotten when the next one is made. */
    private void forgetRemoved() {
        execs.values().removeIf(exec -> {
            boolean gone = exec.container().isRemoved();
            ContainerProcess process = exec.process();
            if (gone && process != null) {
                process.close();
            }
            return gone;
        });
    }
}
