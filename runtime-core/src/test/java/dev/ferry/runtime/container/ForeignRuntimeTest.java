package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupHierarchy;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.OciJson;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.testing.Feature;
import dev.ferry.testing.JvmFlags;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OtherRuntime;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Containers that another OCI runtime makes, below monitors of ours. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
@ParameterizedClass
@EnumSource(OtherRuntime.class)
class ForeignRuntimeTest {
    private static final int KILLED = 137;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path shared;

    private final OtherRuntime other;

    @TempDir
    private Path folder;

    private Path program;
    private Box box;
    private ForeignRuntime runtime;

    ForeignRuntimeTest(OtherRuntime other) {
        this.other = other;
    }

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        program = other.program(folder);
        box = new Box(folder, shared.resolve("root"));
        runtime = new ForeignRuntime(other.word(), program, folder.resolve("runtime"));
    }

    @AfterEach
    void close() throws Exception {
        if (box != null) {
            box.close();
            assertThat(containersOfTheRuntime()).isEmpty();
        }
    }

    /** Its directories; crun keeps a file of its own beside them. */
    private List<Path> containersOfTheRuntime() throws IOException {
        if (Files.notExists(runtime.states())) {
            return List.of();
        }
        try (var entries = Files.list(runtime.states())) {
            return entries.filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
                    .toList();
        }
    }

    /** A request with a configuration that names its cgroup. */
    private LaunchRequest request(DefaultSpec spec, boolean keepStdin) throws IOException {
        LaunchRequest draft = box.request(spec.build(), keepStdin);
        return new LaunchRequest(
                draft.id(),
                draft.directory(),
                draft.log(),
                spec.cgroupsPath(draft.cgroup().path().value()).build(),
                draft.root(),
                Optional.empty(),
                draft.cgroup(),
                keepStdin,
                false);
    }

    private ContainerProcess run(LaunchRequest request) throws Exception {
        ContainerProcess container = box.launcher.run(request, runtime);
        box.keep(container);
        return container;
    }

    private int awaitEnd(LaunchRequest request, ContainerProcess container) throws Exception {
        int code = container.awaitExit().exitCode();
        box.launcher.forget(runtime, request.id());
        return code;
    }

    private ContainerProcess exec(
            LaunchRequest target, ContainerProcess container, boolean terminal, boolean keepStdin, String... program)
            throws Exception {
        Process of = Objects.requireNonNull(target.spec().process());
        Process process = new Process(
                terminal,
                terminal ? new ConsoleSize(30, 100) : null,
                of.user(),
                List.of(program),
                of.env(),
                "/",
                of.capabilities(),
                List.of(),
                false,
                null,
                null,
                null,
                null,
                null,
                null);
        Path home = folder.resolve("exec-" + System.nanoTime());
        ContainerProcess added = box.launcher.exec(
                container,
                new ExecRequest(
                        "e",
                        home,
                        home.resolve("log"),
                        process,
                        Optional.empty(),
                        Optional.empty(),
                        target.cgroup(),
                        keepStdin,
                        false),
                runtime);
        box.keep(added);
        return added;
    }

    private static Path log(ContainerProcess added) {
        return added.directory().resolve("log");
    }

    @Test
    void programRunsAndItsStreamsAreKeptApart() throws Exception {
        LaunchRequest request = request(Box.shell("echo out; echo err >&2; exit 42"), false);
        ContainerProcess container = run(request);
        assertThat(awaitEnd(request, container)).isEqualTo(42);
        assertThat(Box.text(request.log(), LogFrame.STDOUT)).isEqualTo("out\n");
        assertThat(Box.text(request.log(), LogFrame.STDERR)).isEqualTo("err\n");
    }

    @Test
    void inputReachesTheProgramAndEnds() throws Exception {
        LaunchRequest request = request(Box.shell("cat; echo end"), true);
        ContainerProcess container = run(request);
        try (OutputStream input = container.stdin()) {
            input.write("hello\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(awaitEnd(request, container)).isZero();
        assertThat(Box.text(request.log(), 0)).isEqualTo("hello\nend\n");
    }

    @Test
    void terminalIsTheMonitorsAndHasItsSize() throws Exception {
        DefaultSpec spec = Box.shell("test -t 0 && stty size; read line; echo got $line; read again; stty size");
        LaunchRequest request = request(spec.terminal(new ConsoleSize(33, 101)), true);
        ContainerProcess container = run(request);
        Box.awaitText(request.log(), "33 101");
        OutputStream input = container.stdin();
        input.write("hello\n".getBytes(StandardCharsets.UTF_8));
        Box.awaitText(request.log(), "got hello");
        container.resize(44, 102);
        input.write("\n".getBytes(StandardCharsets.UTF_8));
        assertThat(awaitEnd(request, container)).isZero();
        assertThat(Box.text(request.log(), 0)).contains("44 102");
        try (var left = Files.list(runtime.home())) {
            assertThat(left).containsExactly(runtime.states());
        }
    }

    @Test
    void initIsTheMonitorsChildInAllCgroupsOfTheContainer() throws Exception {
        LaunchRequest request = request(Box.shell("echo up; sleep 1000"), false);
        ContainerProcess container = run(request);
        Box.awaitText(request.log(), "up");
        assertThat(Adoption.children(container.monitorPid())).containsExactly(container.initPid());
        assertThat(request.cgroup().pids()).contains(container.initPid());
        Cgroup cgroup = request.cgroup();
        for (CgroupHierarchy hierarchy : cgroup.hierarchies()) {
            assertThat(Files.readAllLines(Path.of("/proc", Integer.toString(container.initPid()), "cgroup")))
                    .anyMatch(
                            line -> line.endsWith(":" + hierarchy.name() + ":" + hierarchy.kernelPath(cgroup.path())));
        }
        container.signal(9);
        assertThat(awaitEnd(request, container)).isEqualTo(137);
    }

    /** Without a pid namespace orphans go to the host's reaper: the monitor must neither keep them nor take one for init. */
    @Test
    void orphansAreNobodyElsesInit() throws Exception {
        DefaultSpec spec = Box.shell("(sleep 0 &); (sleep 1000 &); echo up; read line; exit 5")
                .hostNamespace(NamespaceKind.PID);
        LaunchRequest request = request(spec, true);
        ContainerProcess container = run(request);
        Box.awaitText(request.log(), "up");
        assertThat(Adoption.children(container.monitorPid())).containsExactly(container.initPid());
        ContainerProcess added =
                exec(request, container, false, true, "sh", "-c", "(sleep 0 &); echo in; read l; exit 6");
        Box.awaitText(log(added), "in");
        assertThat(added.exit()).isEmpty();
        added.closeStdin();
        assertThat(added.awaitExit().exitCode()).isEqualTo(6);
        container.closeStdin();
        assertThat(container.awaitExit().exitCode()).isEqualTo(5);
        request.cgroup().kill();
        assertThat(awaitEnd(request, container)).isEqualTo(5);
    }

    @Test
    void processesAreAdded() throws Exception {
        LaunchRequest request = request(Box.shell("echo up; sleep 1000"), false);
        ContainerProcess container = run(request);
        Box.awaitText(request.log(), "up");
        ContainerProcess seven = exec(request, container, false, false, "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(seven.awaitExit().exitCode()).isEqualTo(7);
        assertThat(Box.text(log(seven), LogFrame.STDOUT)).isEqualTo("out\n");
        assertThat(Box.text(log(seven), LogFrame.STDERR)).isEqualTo("err\n");
        ContainerProcess reader = exec(request, container, false, true, "cat");
        reader.stdin().write("hello\n".getBytes(StandardCharsets.UTF_8));
        reader.closeStdin();
        assertThat(reader.awaitExit().exitCode()).isZero();
        assertThat(Box.text(log(reader), 0)).isEqualTo("hello\n");
        ContainerProcess sized = exec(request, container, true, true, "stty", "size");
        assertThat(sized.awaitExit().exitCode()).isZero();
        assertThat(Box.text(log(sized), 0)).isEqualTo("30 100\r\n");
        ContainerProcess killed = exec(request, container, false, false, "sleep", "1000");
        assertThat(request.cgroup().pids()).contains(killed.initPid());
        killed.signal(15);
        assertThat(killed.awaitExit().exitCode()).isEqualTo(143);
        assertThatThrownBy(() -> exec(request, container, false, false, "nosuch"))
                .isInstanceOf(StartFailed.class)
                .hasMessage("exec: \"nosuch\": executable file not found in $PATH")
                .extracting("exitCode")
                .isEqualTo(127);
        container.signal(9);
        assertThat(awaitEnd(request, container)).isEqualTo(137);
    }

    @Test
    void missingProgramIs127AndNothingOfItIsInTheLog() throws Exception {
        LaunchRequest request = request(Box.shell("").arguments(List.of("nosuch")), false);
        assertThatThrownBy(() -> run(request))
                .isInstanceOf(StartFailed.class)
                .hasMessage("exec: \"nosuch\": executable file not found in $PATH")
                .extracting("exitCode")
                .isEqualTo(127);
        assertThat(Box.text(request.log(), 0)).isEmpty();
        assertThat(request.cgroup().pids()).isEmpty();
    }

    @Test
    void whatTheRuntimeRefusesItSaysItself() throws Exception {
        LaunchRequest request = request(
                Box.shell("").mount(new dev.ferry.runtime.oci.Mount("/x", "nosuchfs", "none", List.of())), false);
        assertThatThrownBy(() -> run(request))
                .isInstanceOf(StartFailed.class)
                .hasMessageStartingWith("runtime \"" + other.word() + "\", create: ")
                .hasMessageContainingAll("none", "x", "such device");
        assertThat(request.cgroup().pids()).isEmpty();
    }

    @Test
    void containerOfADeadEngineIsTakenOver() throws Exception {
        String cgroup = OwnNames.fresh();
        java.lang.Process engine = engine(program, cgroup, "echo up; cat; exit 42");
        await(engine, () -> Files.exists(folder.resolve(ForeignEngine.STARTED)));
        engine.destroyForcibly().waitFor();
        Path log = folder.resolve("c1.log");
        try (ContainerProcess container = box.launcher.adopt(folder.resolve("c1"), log)) {
            assertThat(container.status()).isInstanceOf(Status.Running.class);
            OutputStream input = container.stdin();
            input.write("after\n".getBytes(StandardCharsets.UTF_8));
            Box.awaitText(log, "after");
            Spec spec = OciJson.readSpec(folder.resolve("c1/config.json"));
            LaunchRequest like = box.request(spec, false);
            assertThat(exec(like, container, false, false, "sh", "-c", "exit 7")
                            .awaitExit()
                            .exitCode())
                    .isEqualTo(7);
            container.closeStdin();
            assertThat(container.awaitExit().exitCode()).isEqualTo(42);
        }
        box.launcher.forget(runtime, "c1");
        delete(cgroup);
    }

    /** The runtime kills the engine when it has created, so that nobody ever opens the gate. */
    @Test
    void containerThatWasOnlyCreatedGoesWithItsEngine() throws Exception {
        Path deadly = folder.resolve("deadly");
        Files.writeString(deadly, """
                #!/bin/sh
                case " $* " in
                  *" create "*) "%s" "$@"; code=$?; kill -9 $(cat "%s"); exit $code ;;
                esac
                exec "%s" "$@"
                """.formatted(program, folder.resolve(ForeignEngine.PID), program));
        Files.setPosixFilePermissions(deadly, PosixFilePermissions.fromString("rwxr-xr-x"));
        String cgroup = OwnNames.fresh();
        int engine = engine(deadly, cgroup, "echo ran; sleep 1000").waitFor();
        assertThat(engine).as(this::told).isEqualTo(KILLED);
        try (ContainerProcess container = box.launcher.adopt(folder.resolve("c1"), folder.resolve("c1.log"))) {
            assertThat(container.awaitExit().exitCode()).isEqualTo(ExitRecord.UNKNOWN_EXIT_CODE);
        }
        assertThat(folder.resolve("c1/pid")).as(this::told).exists();
        assertThat(Box.text(folder.resolve("c1.log"), 0)).isEmpty();
        assertThat(containersOfTheRuntime()).as(this::told).isEmpty();
        delete(cgroup);
    }

    /** What the engine and the runtime have said. */
    private String told() {
        try {
            Path log = folder.resolve("c1/runtime.log");
            return Files.readString(folder.resolve("engine.err")) + (Files.exists(log) ? Files.readString(log) : "");
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void delete(String cgroup) throws IOException {
        Cgroup left = CgroupHierarchies.ofHost().open(new CgroupPath("/" + cgroup));
        assertThat(left.exists() ? left.pids() : List.of()).isEmpty();
        left.delete(Duration.ofSeconds(10));
    }

    private java.lang.Process engine(Path runtimeProgram, String cgroup, String script) throws IOException {
        List<String> command = new ArrayList<>(
                JvmFlags.command("-cp", System.getProperty("java.class.path"), ForeignEngine.class.getName()));
        command.addAll(List.of(
                folder.toString(), shared.resolve("root").toString(), cgroup, runtimeProgram.toString(), script));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("engine.err").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Something that comes true. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(java.lang.Process engine, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(engine.waitFor(5, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .as(this::told)
                    .isFalse();
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }
}
