package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.ResourceLimits;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.monitor.Calls;
import dev.ferry.runtime.monitor.MonitorFd;
import dev.ferry.runtime.monitor.MonitorText;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.DefaultSpec;
import dev.ferry.runtime.oci.LinuxResources;
import dev.ferry.runtime.oci.Process;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.runtime.spawn.FakeKernel;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramInterpreter;
import dev.ferry.runtime.spawn.ProgramPaths;
import dev.ferry.runtime.spawn.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Init's program on paper: no privileges, no processes. */
final class InitTextTest {
    @TempDir
    private Path folder;

    /** The whole program of a container with the default configuration, over control groups of plain files. */
    private Program program(Spec spec) throws IOException {
        Files.createDirectories(folder.resolve("proc/self"));
        Files.writeString(folder.resolve("proc/self/cgroup"), "4:memory:/\n0::/\n");
        Files.writeString(folder.resolve("proc/self/mountinfo"), """
                33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                36 31 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """);
        Files.createDirectories(folder.resolve("sys/fs/cgroup/memory"));
        Files.createDirectories(folder.resolve("sys/fs/cgroup/unified"));
        Cgroup cgroup = CgroupHierarchies.of(folder).create(new CgroupPath("/ferry/paper"), LinuxResources.NONE);
        LaunchRequest request = new LaunchRequest(
                "paper",
                folder,
                folder.resolve("log"),
                spec,
                new RootFilesystem.Bind(Path.of("/image")),
                Optional.empty(),
                cgroup,
                false,
                false);
        Process process = Objects.requireNonNull(spec.process());
        MonitorText.Shape shape = new MonitorText.Shape(
                "paper",
                MonitorText.Kind.START,
                InitText.cloneFlags(spec),
                false,
                process.terminal(),
                false,
                EnumSet.of(MonitorFd.STATUS, MonitorFd.RECORD, MonitorFd.LOG, MonitorFd.GATE),
                false);
        ResourceLimits limits = ResourceLimits.ofSelf();
        return MonitorText.write(
                shape,
                calls -> new InitText(
                                calls,
                                request,
                                new ProcessText(calls, process, request.filter(), limits, new Monitored(false)),
                                Path.of("/mount/point"))
                        .write());
    }

    private static DefaultSpec spec() {
        return DefaultSpec.builder().arguments(List.of("sleep", "1")).environment(List.of("PATH=/first:/second"));
    }

    /** Follows the child, whose gate opens. */
    private static FakeKernel child() {
        return new FakeKernel().on(Syscall.CLONE3, 0).on(Syscall.READ, 1).on(Syscall.OPENAT, 40);
    }

    @Test
    void everyPathEnds() throws IOException {
        ProgramPaths.assertEveryPathEnds(program(spec().build()));
        ProgramPaths.assertEveryPathEnds(program(spec().terminal(null).build()));
    }

    @Test
    void everyFailureIsReportedByItsStep() throws IOException {
        assertThat(ProgramPaths.assertEveryFailureIsReported(program(spec().build()), child()))
                .isGreaterThan(100);
    }

    @Test
    void aClosedGateAbandonsTheContainer() throws IOException {
        ProgramInterpreter.Run run = ProgramInterpreter.run(program(spec().build()), child().on(Syscall.READ, 0));
        assertThat(run.exitCode()).isEqualTo(Monitored.ABANDONED);
        assertThat(run.end()).isEqualTo(ProgramInterpreter.End.EXITED);
    }

    /** What must come before what: host files before the pivot, rights and close-on-exec before the gate, exec last. */
    @Test
    void theOrderOfTheDangerousStepsHolds() throws IOException {
        Program program = program(spec().build());
        List<Syscall> calls = ProgramInterpreter.run(program, child()).path().stream()
                .map(index -> program.steps().get(index))
                .map(Step::call)
                .toList();
        assertThat(calls.indexOf(Syscall.PIVOT_ROOT)).isGreaterThan(calls.indexOf(Syscall.CLONE3));
        assertThat(calls.lastIndexOf(Syscall.MOUNT)).isLessThan(calls.indexOf(Syscall.CAPSET));
        assertThat(calls.lastIndexOf(Syscall.CAPSET)).isLessThan(calls.lastIndexOf(Syscall.READ));
        assertThat(calls.lastIndexOf(Syscall.SETRESUID)).isLessThan(calls.lastIndexOf(Syscall.CAPSET));
        assertThat(calls.lastIndexOf(Syscall.CLOSE_RANGE)).isLessThan(calls.lastIndexOf(Syscall.READ));
        assertThat(calls).last().isEqualTo(Syscall.EXECVE);
    }

    /** On a host with both modules: their files are the host's, and what they take counts for the program alone. */
    @Test
    void labelsAreGivenByFilesOfTheHost() throws IOException {
        Program program = program(labelled());
        var written = new ArrayList<String>();
        FakeKernel both = child().on(Syscall.WRITE, call -> {
            written.add(new String(call.bytes(call.operand(1), (int) call.operand(2)), StandardCharsets.UTF_8));
            return call.operand(2);
        });
        ProgramInterpreter.Run run = ProgramInterpreter.run(program, both);
        assertThat(run.end()).isEqualTo(ProgramInterpreter.End.EXECUTED);
        assertThat(written).containsSubsequence("exec guest", "system_u:system_r:guest_t:s0");
        assertThat(run.labels(program))
                .containsSubsequence(
                        "open \"attr/apparmor/exec\"",
                        "open \"attr/exec\"",
                        "make it the root",
                        "apply the AppArmor profile \"guest\"",
                        "apply the SELinux label \"system_u:system_r:guest_t:s0\"",
                        "execute \"/first/sleep\"");
        ProgramPaths.assertEveryPathEnds(program);
    }

    /** Before Linux 5.8 AppArmor had the file that is everybody's. */
    @Test
    void profileGoesToTheOldFileWhereTheNewOneIsMissing() throws IOException {
        Program program = program(labelled());
        var opened = new ArrayList<String>();
        FakeKernel old = child().on(Syscall.OPENAT, call -> {
            String path = call.operand(0) == Calls.AT_FDCWD && call.operand(1) != 0 ? call.string(1) : "";
            if (path.contains("attr")) {
                opened.add(path);
            }
            return path.contains("apparmor") ? -Errno.ENOENT.number() : 40;
        });
        assertThat(ProgramInterpreter.run(program, old).end()).isEqualTo(ProgramInterpreter.End.EXECUTED);
        assertThat(opened)
                .containsExactly("/proc/self/attr/apparmor/exec", "/proc/self/attr/exec", "/proc/self/attr/exec");
    }

    private static Spec labelled() {
        Spec plain = spec().build();
        Process process = Objects.requireNonNull(plain.process());
        return plain.withProcess(new Process(
                false,
                null,
                process.user(),
                process.args(),
                process.env(),
                process.cwd(),
                process.capabilities(),
                process.rlimits(),
                false,
                "guest",
                null,
                null,
                "system_u:system_r:guest_t:s0",
                null,
                null));
    }

    @Test
    void mountsOfALabelHaveItAsAnOption() {
        assertThat(LabelText.context("mode=755", "system_u")).isEqualTo("mode=755,context=\"system_u\"");
        assertThat(LabelText.context("", "system_u")).isEqualTo("context=\"system_u\"");
        assertThat(LabelText.context("mode=755", null)).isEqualTo("mode=755");
    }

    @Test
    void programsAreSearchedAlongThePath() throws IOException {
        Program program = program(spec().build());
        FakeKernel second =
                child().on(Syscall.EXECVE, call -> call.string(0).equals("/second/sleep") ? 0 : -Errno.ENOENT.number());
        ProgramInterpreter.Run run = ProgramInterpreter.run(program, second);
        assertThat(run.end()).isEqualTo(ProgramInterpreter.End.EXECUTED);
        assertThat(run.labels(program)).endsWith("execute \"/first/sleep\"", "execute \"/second/sleep\"");
        assertThat(ProgramInterpreter.run(program, child().on(Syscall.EXECVE, Errno.ENOENT))
                        .exitCode())
                .isEqualTo(127);
    }
}
