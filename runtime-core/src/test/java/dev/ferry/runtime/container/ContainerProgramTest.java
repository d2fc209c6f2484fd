package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.monitor.RecordLayout;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Process.ConsoleSize;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.FakeKernel;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramInterpreter;
import dev.ferry.runtime.spawn.ProgramPaths;
import dev.ferry.runtime.spawn.Step;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs as data: what they say, and where their edges lead. No kernel is involved. */
class ContainerProgramTest {
    private static final MonitorText.Home HOME =
            new MonitorText.Home(true, List.of(Path.of("/sys/fs/cgroup/memory/ferry/monitors/tasks")));
    private static final String GOLDEN = "default-container.listing";

    @TempDir
    private Path host;

    private Cgroup cgroup;

    @BeforeEach
    void describeHost() throws IOException {
        Files.createDirectories(host.resolve("proc/self"));
        Files.writeString(host.resolve("proc/self/cgroup"), "2:memory:/\n1:name=systemd:/\n0::/\n");
        Files.writeString(host.resolve("proc/self/mountinfo"), """
            32 31 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """);
        cgroup = CgroupHierarchies.of(host).open(new CgroupPath("/ferry/web"));
    }

    @Test
    void defaultContainerReadsAsBefore() throws IOException {
        String listing = container(spec()).listing().replace(host.toString(), "");
        if ("write".equals(System.getenv("FERRY_GOLDEN"))) {
            Files.writeString(Path.of("src/test/resources/dev/ferry/runtime/container", GOLDEN), listing);
        }
        try (InputStream golden = getClass().getResourceAsStream(GOLDEN)) {
            assertThat(golden)
                    .as("golden listing; FERRY_GOLDEN=write makes it anew")
                    .isNotNull();
            assertThat(listing).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyPathOfEveryProgramEnds() {
        ProgramPaths.assertEveryPathEnds(container(spec()));
        ProgramPaths.assertEveryPathEnds(
                container(defaults().terminal(new ConsoleSize(1, 2)).build()));
        ProgramPaths.assertEveryPathEnds(
                container(defaults().arguments(List.of("/bin/true")).build()));
        ProgramPaths.assertEveryPathEnds(container(spec(), HOME));
        ProgramPaths.assertEveryPathEnds(exec());
        ProgramPaths.assertEveryPathEnds(restore(false));
        ProgramPaths.assertEveryPathEnds(restore(true));
    }

    @Test
    void everyStepOfInitThatFailsIsNamed() {
        ProgramPaths.assertEveryFailureIsReported(container(spec()), childKernel());
        ProgramPaths.assertEveryFailureIsReported(exec(), childKernel());
        ProgramPaths.assertEveryFailureIsReported(restore(false), childKernel());
    }

    /** Whoever joins is not to be traced from inside before it is the user's program. */
    @Test
    void joiningProcessKeepsOthersOutFirst() {
        List<Step> steps = exec().steps();
        int joins = indexOf(steps, Syscall.SETNS);
        assertThat(steps.subList(0, joins)).anyMatch(step -> step.label().equals("keep others out"));
    }

    private static int indexOf(List<Step> steps, Syscall call) {
        return steps.stream().map(Step::call).toList().indexOf(call);
    }

    @Test
    void closedGateEndsInitWithoutExecuting() {
        Program program = container(spec());
        var run = ProgramInterpreter.run(program, childKernel().on(Syscall.READ, 0));
        assertThat(run.end()).isEqualTo(ProgramInterpreter.End.EXITED);
        assertThat(run.exitCode()).isEqualTo(Monitored.ABANDONED);
    }

    @Test
    void searchGoesOnAfterMissingAndForbiddenCandidates() {
        var tried = new ArrayList<String>();
        Deque<Errno> answers = new ArrayDeque<>(List.of(
                Errno.ENOENT, // first folder
                Errno.EACCES,
                Errno.EACCES,
                Errno.EACCES, // second: each errno is asked for in turn
                Errno.ENOTDIR,
                Errno.ENOTDIR)); // third
        var run = ProgramInterpreter.run(
                container(defaults().environment(List.of("PATH=/a:/b:/c:/d")).build()),
                childKernel().on(Syscall.EXECVE, call -> {
                    tried.add(call.string(0));
                    return answers.isEmpty() ? 0 : -answers.remove().number();
                }));
        assertThat(run.end()).isEqualTo(ProgramInterpreter.End.EXECUTED);
        assertThat(tried).containsExactly("/a/sh", "/b/sh", "/b/sh", "/b/sh", "/c/sh", "/c/sh", "/d/sh");
    }

    @Test
    void monitorFramesOutputThenRecordsTheEnd() {
        Deque<Long> output = new ArrayDeque<>(List.of(5L, (long) -Errno.EAGAIN.number(), 0L));
        Deque<Long> waits = new ArrayDeque<>(List.of(0L, 100L));
        var appended = new ArrayList<Long>();
        var record = new ArrayList<Long>();
        var kernel = parentKernel()
                .on(Syscall.READ, call -> switch ((int) call.operand(0)) {
                    case 10 -> output.remove();
                    case 14 -> output.size() < 2 ? 128 : -Errno.EAGAIN.number();
                    default -> -Errno.EAGAIN.number();
                })
                .on(Syscall.WAIT4, call -> waits.remove())
                .on(Syscall.WRITEV, call -> {
                    if (call.operand(0) == MonitorFd.LOG.number()) {
                        appended.add(call.word(call.operand(1) + 24));
                    }
                    return 1;
                })
                .on(Syscall.PWRITE64, call -> {
                    record.add(call.word(call.operand(1)));
                    record.add(call.word(call.operand(1) + RecordLayout.WAIT_RESULT));
                    return call.operand(2);
                });
        var run = ProgramInterpreter.run(container(spec()), kernel);
        assertThat(run.exitCode()).isZero();
        assertThat(appended).as("lengths of frames").containsExactly(5L);
        assertThat(record).containsExactly(RecordLayout.ENDED, 100L);
    }

    /** Else who has started it finds a placeholder where the master will be, and writes input into nothing. */
    @Test
    void statusPipeEndsWhenTheMonitorHasTheTerminal() {
        Program program = container(defaults().terminal(new ConsoleSize(1, 2)).build());
        assertThat(monitorSteps(program)).containsSubsequence("receive the terminal", "close STATUS");
        assertThat(monitorSteps(restore(true)))
                .as("its master comes when CRIU, whose execution that pipe tells of, has made one")
                .containsSubsequence("close STATUS", "receive the terminal");
    }

    @Test
    void monitorWithAHomeSaysAsWhomItGoesOn() {
        Program program = container(spec(), HOME);
        var first = ProgramInterpreter.run(program, parentKernel());
        assertThat(first.labels(program))
                .containsExactly("be born in the monitors' cgroup", "tell who goes on", "exit with 0");
        var second = ProgramInterpreter.run(program, childKernel());
        assertThat(second.labels(program)).startsWith("be born in the monitors' cgroup", "lead a session");
        var refused = ProgramInterpreter.run(program, childKernel().on(Syscall.CLONE3, Errno.EBUSY));
        assertThat(refused.labels(program)).startsWith("be born in the monitors' cgroup", "tell that nobody else does");
    }

    private static List<String> monitorSteps(Program program) {
        return ProgramInterpreter.run(
                        program, parentKernel().on(Syscall.RECVMSG, 1).on(Syscall.WAIT4, 100))
                .labels(program);
    }

    @Test
    void failureOfTheMonitorEndsTheChildAndIsRecorded() {
        var written = new ArrayList<Long>();
        var signals = new ArrayList<Long>();
        Program program = container(spec());
        var kernel = parentKernel()
                .on(Syscall.READ, Errno.EAGAIN)
                .on(Syscall.WAIT4, 0)
                .on(Syscall.PPOLL, Errno.ENOMEM)
                .on(Syscall.PIDFD_SEND_SIGNAL, call -> {
                    signals.add(call.operand(1));
                    return 0;
                })
                .on(Syscall.WRITEV, call -> {
                    if (call.operand(0) == MonitorFd.RECORD.number()) {
                        long failure = call.word(call.operand(1) + 16);
                        written.add(call.word(call.word(call.operand(1))));
                        written.add((long) Program.stepAt(call.word(failure)));
                        written.add(call.word(failure + 8));
                    }
                    return 1;
                });
        var run = ProgramInterpreter.run(program, kernel);
        int poll = run.labels(program).indexOf("wait for something to do");
        assertThat(written)
                .containsExactly(RecordLayout.FAILED, (long) run.path().get(poll), (long) -Errno.ENOMEM.number());
        assertThat(signals).containsExactly(9L);
    }

    @Test
    void failuresToExecuteReadAsDockerSaysThem() {
        Program program = container(spec());
        int execute = program.steps().stream()
                .filter(step -> step.call() == Syscall.EXECVE)
                .findFirst()
                .orElseThrow()
                .index();
        assertThat(message(program.blame(execute, Errno.ENOENT), "x"))
                .isEqualTo("127 exec: \"x\": executable file not found in $PATH");
        assertThat(message(program.blame(execute, Errno.ENOENT), "/x"))
                .isEqualTo("127 exec: \"/x\": stat /x: no such file or directory");
        assertThat(message(program.blame(execute, Errno.EACCES), "/x"))
                .isEqualTo("126 exec: \"/x\": permission denied");
        assertThat(message(program.blame(execute, Errno.ENOEXEC), "/x"))
                .isEqualTo("126 exec: \"/x\": exec format error");
    }

    private static String message(StepFailed failure, String program) {
        StartFailed failed = StartFailed.of(failure, program);
        return failed.exitCode() + " " + failed.getMessage();
    }

    private static DefaultSpec defaults() {
        return DefaultSpec.builder().hostname("web").noNewPrivileges(true).freshNamespace(NamespaceKind.NETWORK);
    }

    private static Spec spec() {
        return defaults().build();
    }

    private static Process process(Spec spec) {
        return Optional.ofNullable(spec.process()).orElseThrow();
    }

    private Program container(Spec spec) {
        return container(spec, MonitorText.Home.NONE);
    }

    private Program container(Spec spec, MonitorText.Home home) {
        var request = new LaunchRequest(
                "web",
                Path.of("/run/web"),
                Path.of("/run/web.log"),
                spec,
                new RootFilesystem.Bind(Path.of("/srv/root")),
                Optional.empty(),
                cgroup,
                false,
                false);
        return MonitorText.write(
                shape(MonitorText.Kind.START, process(spec).terminal()),
                home,
                calls -> new InitText(
                                calls,
                                request,
                                new ProcessText(
                                        calls,
                                        process(spec),
                                        Optional.empty(),
                                        new ResourceLimits(Map.of()),
                                        new Monitored(false)),
                                Path.of("/run/web/rootfs"))
                        .write());
    }

    private Program exec() {
        var request = new ExecRequest(
                "e",
                Path.of("/run/e"),
                Path.of("/run/e.log"),
                process(spec()),
                Optional.empty(),
                Optional.empty(),
                cgroup,
                false,
                false);
        return MonitorText.write(
                shape(MonitorText.Kind.EXEC, false),
                calls -> JoinText.write(
                        calls,
                        request,
                        new ProcessText(
                                calls,
                                request.process(),
                                Optional.empty(),
                                new ResourceLimits(Map.of()),
                                new Monitored(false))));
    }

    private static Program restore(boolean terminal) {
        return MonitorText.write(shape(MonitorText.Kind.RESTORE, terminal), calls -> {
            var text = new CriuText(calls);
            text.settle(Optional.of(Path.of("/run/cache")));
            text.openDirectory(Path.of("/images"), MonitorFd.IMAGES);
            text.execute(List.of("/usr/sbin/criu"), EnumSet.of(MonitorFd.CRIU_RPC, MonitorFd.IMAGES));
        });
    }

    private static MonitorText.Shape shape(MonitorText.Kind kind, boolean terminal) {
        return new MonitorText.Shape(
                "test",
                kind,
                kind == MonitorText.Kind.START ? InitText.cloneFlags(spec()) : 0,
                kind != MonitorText.Kind.RESTORE,
                terminal,
                false,
                EnumSet.of(MonitorFd.STATUS, MonitorFd.RECORD, MonitorFd.LOG, MonitorFd.GATE),
                false);
    }

    /** Follows the child of every clone; descriptors are above those of the table. */
    private static FakeKernel childKernel() {
        return new FakeKernel().on(Syscall.OPENAT, 30).on(Syscall.READ, 1);
    }

    private static FakeKernel parentKernel() {
        return new FakeKernel().on(Syscall.CLONE3, 100).on(Syscall.OPENAT, 30);
    }
}
