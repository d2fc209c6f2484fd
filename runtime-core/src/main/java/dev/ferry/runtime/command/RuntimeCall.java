package dev.ferry.runtime.command;

import dev.ferry.runtime.bundle.Bundle;
import dev.ferry.runtime.bundle.BundleRuntime;
import dev.ferry.runtime.bundle.BundleState;
import dev.ferry.runtime.bundle.OwnFeatures;
import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.command.Arguments.Flags;
import dev.ferry.runtime.command.Arguments.Usage;
import dev.ferry.runtime.container.RuntimeLauncher;
import dev.ferry.runtime.container.StartFailed;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.InvalidSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.SpawnException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One call of the runtime's command line. */
final class RuntimeCall {
    private static final Path ROOT = Path.of("/run/ferry-runtime");
    private static final String TEXT = "text";
    private static final String JSON = "json";

    private static final Flags GLOBAL = new Flags(
            Set.of("root", "log", "log-format", "rootless"),
            Set.of("debug", "systemd-cgroup", "version", "v", "help", "h"));
    private static final Flags NONE = new Flags(Set.of(), Set.of());
    private static final Flags CREATE = new Flags(
            Set.of("bundle", "b", "console-socket", "pidfd-socket", "pid-file", "preserve-fds"),
            Set.of("no-pivot", "no-new-keyring"));
    private static final Flags RUN = new Flags(
            Set.of("bundle", "b", "console-socket", "pidfd-socket", "pid-file", "preserve-fds"),
            Set.of("no-pivot", "no-new-keyring", "detach", "d", "keep", "no-subreaper"));
    private static final Flags EXEC = new Flags(
            Set.of(
                    "console-socket",
                    "pidfd-socket",
                    "cgroup",
                    "cwd",
                    "env",
                    "e",
                    "user",
                    "u",
                    "process",
                    "p",
                    "pid-file",
                    "cap",
                    "c",
                    "additional-gids",
                    "g",
                    "process-label",
                    "apparmor",
                    "preserve-fds"),
            Set.of("tty", "t", "detach", "d", "no-new-privs", "ignore-paused", "no-subreaper"));
    private static final Flags UPDATE = new Flags(
            Set.of(
                    "resources",
                    "r",
                    "blkio-weight",
                    "cpu-rt-period",
                    "cpu-rt-runtime",
                    "cpu-idle",
                    "kernel-memory",
                    "kernel-memory-tcp",
                    "l3-cache-schema",
                    "mem-bw-schema",
                    "cpu-period",
                    "cpu-quota",
                    "cpu-burst",
                    "cpu-share",
                    "cpuset-cpus",
                    "cpuset-mems",
                    "memory",
                    "memory-reservation",
                    "memory-swap",
                    "pids-limit"),
            Set.of());

    private final PrintStream out;
    private final PrintStream err;
    private Optional<Path> log = Optional.empty();
    private String logFormat = TEXT;
    private Path root = ROOT;
    private boolean systemd;

    RuntimeCall(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs it; returns the exit code: 0, 1 for an error, or that of a program that was waited for. */
    int run(List<String> given) {
        try {
            Arguments global = Arguments.parse(given, GLOBAL);
            log = global.value("log").map(Path::of);
            logFormat = global.value("log-format").orElse(TEXT);
            root = global.value("root").map(Path::of).orElse(ROOT).toAbsolutePath();
            if (global.is("version", "v")) {
                out.println("ferry-runtime version " + version() + "\nspec: " + Spec.VERSION);
                return 0;
            }
            if (!logFormat.equals(TEXT) && !logFormat.equals(JSON)) {
                throw new Usage("invalid log format \"" + logFormat + "\": it is text or json");
            }
            systemd = global.is("systemd-cgroup");
            if (global.words().isEmpty() || global.is("help", "h")) {
                out.print(Help.TEXT);
                return 0;
            }
            List<String> rest = global.words().subList(1, global.words().size());
            return verb(global.words().getFirst(), rest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        } catch (Usage e) {
            return fail(e.getMessage() + "; see --help");
        } catch (RuntimeRefused | StartFailed | SpawnException | IOException | IllegalArgumentException e) {
            return fail(String.valueOf(e.getMessage()));
        }
    }

    private int verb(String verb, List<String> rest)
            throws Usage, RuntimeRefused, StartFailed, SpawnException, IOException, InterruptedException {
        if (!rest.isEmpty() && Help.WORDS.contains(rest.getFirst()) && Help.VERBS.contains(verb)) {
            // callers ask so whether there is such a verb
            out.print(Help.TEXT);
            return 0;
        }
        switch (verb) {
            case "create" -> create(Arguments.parse(rest, CREATE));
            case "start" -> runtime().start(id(Arguments.parse(rest, NONE)));
            case "run" -> {
                return runToTheEnd(Arguments.parse(rest, RUN));
            }
            case "state" ->
                printJson(runtime().state(id(Arguments.parse(rest, NONE))).json());
            case "kill" -> kill(Arguments.parse(rest, new Flags(Set.of(), Set.of("all", "a"))));
            case "delete" -> {
                Arguments read = Arguments.parse(rest, new Flags(Set.of(), Set.of("force", "f")));
                runtime().delete(id(read), read.is("force", "f"));
            }
            case "pause" -> runtime().pause(id(Arguments.parse(rest, NONE)));
            case "resume" -> runtime().resume(id(Arguments.parse(rest, NONE)));
            case "list" -> list(Arguments.parse(rest, new Flags(Set.of("format", "f"), Set.of("quiet", "q"))));
            case "ps" -> ps(Arguments.parse(rest, new Flags(Set.of("format", "f"), Set.of())));
            case "exec" -> {
                return exec(Arguments.parse(rest, EXEC));
            }
            case "update" -> update(Arguments.parse(rest, UPDATE));
            case "checkpoint" -> {
                Arguments read = Arguments.parse(rest, CheckpointCalls.CHECKPOINT);
                runtime().checkpoint(id(read), CheckpointCalls.checkpoint(read));
            }
            case "restore" -> {
                return restore(Arguments.parse(rest, CheckpointCalls.RESTORE));
            }
            case "events" -> {
                Arguments read = Arguments.parse(rest, EventsCall.FLAGS);
                EventsCall.run(runtime(), id(read), read, out);
            }
            case "features" -> print(OwnFeatures.document());
            case "spec" -> spec(Arguments.parse(rest, new Flags(Set.of("bundle", "b"), Set.of())));
            default -> throw new Usage("No help topic for '" + verb + "'");
        }
        return 0;
    }

    private int restore(Arguments read) throws Usage, RuntimeRefused, IOException {
        BundleRuntime runtime = runtime();
        String id = id(read);
        Optional<Bundle> bundle = read.value("bundle", "b").isPresent() ? Optional.of(bundle(read)) : Optional.empty();
        int pid = runtime.restore(id, bundle, CheckpointCalls.restore(read), options(read));
        if (read.is("detach", "d")) {
            return 0;
        }
        int code = await(pid);
        runtime.delete(id, true);
        return code;
    }

    private BundleRuntime runtime() {
        return new BundleRuntime(root, Optional.of(tools()), systemd, this::warn);
    }

    /** Where the launcher keeps a private libseccomp. */
    private static Path tools() {
        String named = System.getenv("FERRY_TOOLS");
        return Path.of(named == null || named.isEmpty() ? "/var/lib/ferry/tools" : named);
    }

    private static String id(Arguments read) throws Usage {
        if (read.words().isEmpty()) {
            throw new Usage("\"container ID\" is missing");
        }
        return read.words().getFirst();
    }

    private static BundleRuntime.Options options(Arguments read) throws Usage {
        return new BundleRuntime.Options(
                read.value("console-socket").map(file -> Path.of(file).toAbsolutePath()),
                kept(read),
                read.value("pid-file").map(Path::of).map(Path::toAbsolutePath),
                read.value("pidfd-socket").map(Path::of).map(Path::toAbsolutePath),
                manners(read));
    }

    private static Set<RuntimeLauncher.Manner> manners(Arguments read) {
        Set<RuntimeLauncher.Manner> manners = EnumSet.noneOf(RuntimeLauncher.Manner.class);
        if (read.is("no-new-keyring")) {
            manners.add(RuntimeLauncher.Manner.CALLERS_KEYRING);
        }
        if (read.is("no-pivot")) {
            manners.add(RuntimeLauncher.Manner.NO_PIVOT);
        }
        return manners;
    }

    private static int kept(Arguments read) throws Usage {
        int count = read.number(0, "preserve-fds");
        if (count < 0 || count > 32) {
            throw new Usage("--preserve-fds is " + count + ", and may be 0 to 32");
        }
        for (int fd = 3; fd < 3 + count; fd++) {
            if (!Files.exists(Path.of("/proc/self/fd/" + fd), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                throw new Usage("--preserve-fds=" + count + ": descriptor " + fd + " is not open");
            }
        }
        return count;
    }

    private static Bundle bundle(Arguments read) throws RuntimeRefused, IOException {
        return Bundle.read(Path.of(read.value("bundle", "b").orElse("")));
    }

    private void create(Arguments read) throws Usage, RuntimeRefused, StartFailed, SpawnException, IOException {
        runtime().create(id(read), bundle(read), options(read));
    }

    private int runToTheEnd(Arguments read)
            throws Usage, RuntimeRefused, StartFailed, SpawnException, IOException, InterruptedException {
        BundleRuntime runtime = runtime();
        String id = id(read);
        int pid = runtime.create(id, bundle(read), options(read));
        boolean started = false;
        try {
            runtime.start(id);
            started = true;
        } finally {
            if (!started) {
                runtime.delete(id, true);
            }
        }
        if (read.is("detach", "d")) {
            return 0;
        }
        int code = await(pid);
        if (!read.is("keep")) {
            runtime.delete(id, true);
        }
        return code;
    }

    /** It hears what we hear until it ends. */
    private static int await(int pid) throws IOException {
        SignalRelay.to(pid);
        return WaitPid.await(pid).status().exitCode();
    }

    private void kill(Arguments read) throws Usage, RuntimeRefused, IOException {
        String signal = read.words().size() > 1 ? read.words().get(1) : "SIGTERM";
        runtime().kill(id(read), Signals.number(signal), read.is("all", "a"));
    }

    private void list(Arguments read) throws Usage, IOException {
        List<BundleState> all = runtime().list();
        if (read.is("quiet", "q")) {
            all.forEach(state -> out.println(state.id()));
        } else if (JSON.equals(read.value("format", "f").orElse("table"))) {
            print(all);
        } else {
            out.println("ID\tPID\tSTATUS\tBUNDLE\tCREATED\tOWNER");
            all.forEach(state -> out.println(String.join(
                    "\t",
                    state.id(),
                    Integer.toString(state.pid()),
                    state.status(),
                    state.bundle(),
                    state.created(),
                    state.owner())));
        }
    }

    private void ps(Arguments read) throws Usage, RuntimeRefused, IOException, InterruptedException {
        List<Integer> pids = runtime().processes(id(read));
        if (JSON.equals(read.value("format", "f").orElse("table"))) {
            print(pids);
            return;
        }
        List<String> command = new ArrayList<>(List.of("ps"));
        List<String> options = read.words().subList(1, read.words().size());
        command.addAll(options.isEmpty() ? List.of("-ef") : options);
        java.lang.Process ps =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (ps.waitFor() != 0) {
            throw new IOException("\"" + String.join(" ", command) + "\" failed: " + String.join("\n", lines));
        }
        int column = List.of(lines.getFirst().strip().split(" +", -1)).indexOf("PID");
        if (column < 0) {
            throw new IOException("couldn't find PID field in ps output; leave the ps options out");
        }
        out.println(lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            String pid = line.strip().split(" +", -1)[column];
            if (pids.contains(Integer.valueOf(pid))) {
                out.println(line);
            }
        }
    }

    private int exec(Arguments read)
            throws Usage, RuntimeRefused, StartFailed, SpawnException, IOException, InterruptedException {
        BundleRuntime runtime = runtime();
        String id = id(read);
        Process process = process(runtime, id, read);
        var joining = new BundleRuntime.Joining(read.is("ignore-paused"), read.all("cgroup"));
        int pid = runtime.exec(id, process, options(read), joining);
        return read.is("detach", "d") ? 0 : await(pid);
    }

    private static Process process(BundleRuntime runtime, String id, Arguments read)
            throws Usage, RuntimeRefused, IOException {
        Optional<String> file = read.value("process", "p");
        if (file.isPresent()) {
            return BundleRuntime.readProcess(Path.of(file.get()));
        }
        List<String> arguments = read.words().subList(1, read.words().size());
        if (arguments.isEmpty()) {
            throw new Usage("process args cannot be empty: say what to execute behind the container's ID");
        }
        Process base = runtime.process(id)
                .orElseThrow(
                        () -> new RuntimeRefused("container \"" + id + "\" has no process to go by; use --process"));
        return ExecProcess.of(base, arguments, read);
    }

    private void update(Arguments read) throws Usage, RuntimeRefused, IOException {
        Optional<String> file = read.value("resources", "r");
        LinuxResources resources = LinuxResources.NONE;
        if (file.isPresent()) {
            byte[] json = file.get().equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file.get()));
            try {
                resources = OciJson.readResources(json);
            } catch (InvalidSpec e) {
                throw new RuntimeRefused("--resources: " + e.getMessage(), e);
            }
        } else {
            resources = Limits.of(read);
            if (read.value("kernel-memory").isPresent()
                    || read.value("kernel-memory-tcp").isPresent()) {
                warn("Kernel memory settings are ignored and will be removed");
            }
        }
        runtime().update(id(read), resources, file.isPresent() ? Optional.empty() : Limits.shares(read));
    }

    private void spec(Arguments read) throws RuntimeRefused, IOException {
        Path file =
                Path.of(read.value("bundle", "b").orElse("")).toAbsolutePath().resolve("config.json");
        Spec spec = DefaultSpec.builder().arguments(List.of("sh")).build();
        try {
            Files.write(file, OciJson.write(spec), StandardOpenOption.CREATE_NEW);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw new RuntimeRefused("file config.json exists. Remove it first: " + file, e);
        }
    }

    private void print(Object document) {
        printJson(OciJson.write(document));
    }

    private void printJson(byte[] json) {
        out.println(new String(json, StandardCharsets.UTF_8));
    }

    private static String version() {
        String version = RuntimeCall.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private int fail(String why) {
        tell(LogLine.ERROR, why);
        return 1;
    }

    private void warn(String what) {
        tell(LogLine.WARNING, what);
    }

    /** Callers read the log's last line; people the other. */
    private void tell(String level, String what) {
        err.println("ferry-runtime: " + what);
        if (log.isPresent()) {
            try {
                Files.writeString(
                        log.get(),
                        LogLine.of(logFormat.equals(JSON), level, what) + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                err.println("ferry-runtime: the log \"" + log.get() + "\" cannot be written: " + e.getMessage());
            }
        }
    }
}
