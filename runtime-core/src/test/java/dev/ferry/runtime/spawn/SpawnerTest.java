package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.SyscallException;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.testing.LeakChecked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs in real processes; nothing here needs privileges. */
@LeakChecked
final class SpawnerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int OUT = 1;

    @TempDir
    private Path directory;

    private Spawner spawner() {
        return Spawner.ofHost(directory);
    }

    @Test
    void writesAndExits() throws Exception {
        ProgramBuilder p = new ProgramBuilder("hello", ProgramBuilder.STATUS);
        p.call("say hello", Syscall.WRITE, OUT, "hello\n", 6);
        p.exit(42);

        assertThat(run(p.build())).isEqualTo(new Outcome("hello\n", 42));
    }

    @Test
    void resultsOfOneStepAreOperandsOfTheNext() throws Exception {
        ProgramBuilder p = new ProgramBuilder("cells", ProgramBuilder.STATUS);
        Block pair = p.block("pair", 8);
        Block buffer = p.block("buffer", 16);
        Cell length = p.cell("length");
        p.call("make a pipe", Syscall.PIPE2, pair, 0);
        p.call("write five bytes", Syscall.WRITE, pair.cell(4), "12345", 5);
        p.call("read them", Syscall.READ, pair.cell(0), buffer, 16).to(length);
        p.call("write as many as were read", Syscall.WRITE, OUT, buffer, length);
        p.exit(0);

        assertThat(run(p.build())).isEqualTo(new Outcome("12345", 0));
    }

    @Test
    void aFailedStepIsBlamedByItsNameAndErrno() {
        ProgramBuilder p = new ProgramBuilder("failing", ProgramBuilder.STATUS);
        p.call("say something", Syscall.WRITE, OUT, "x", 1);
        p.call("open what is not there", Syscall.OPENAT, -100, "/no/such/file", 0, 0);
        p.exit(0);

        assertThatThrownBy(() -> run(p.build()))
                .isInstanceOfSatisfying(StepFailed.class, failed -> {
                    assertThat(failed.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(failed.index()).isEqualTo(1);
                })
                .hasMessage("failing: step 1 of 5, open what is not there: "
                        + "openat(-100, \"/no/such/file\", 0, 0): ENOENT (No such file or directory)");
    }

    @Test
    void aToleratedErrorCountsAsZero() throws Exception {
        ProgramBuilder p = new ProgramBuilder("tolerant", ProgramBuilder.STATUS);
        Label absent = p.label("absent");
        p.call("open", Syscall.OPENAT, -100, "/no/such/file", 0, 0)
                .tolerating(Errno.ENOENT)
                .ifZero(absent);
        p.exit(1);
        p.at(absent);
        p.exit(2);

        assertThat(run(p.build())).isEqualTo(new Outcome("", 2));
    }

    @Test
    void messagesAndTimesComeThroughTheStatusPipe() throws Exception {
        ProgramBuilder p = new ProgramBuilder("talking", ProgramBuilder.STATUS, true);
        Cell pid = p.cell("pid");
        p.stage("first");
        p.call("who am i", Syscall.GETPID).to(pid);
        p.message("tell who", ProgramBuilder.STATUS, 17, pid);
        p.stage("second");
        p.writeStamps(ProgramBuilder.STATUS);
        p.exit(0);

        try (Spawned spawned = spawner().spawn(p.build(), Map.of())) {
            List<StatusReport> reports = spawned.status().awaitClosed(LONG);
            WaitPid.await(spawned.pid());
            assertThat(reports).hasSize(2).first().isEqualTo(new StatusReport.Message(17, spawned.pid()));
            assertThat(reports.getLast())
                    .isInstanceOfSatisfying(
                            StatusReport.Stamps.class,
                            times -> assertThat(times.stamps())
                                    .extracting(StageStamp::stage)
                                    .containsExactly("first", "second"));
        }
    }

    @Test
    void theProcessHasCleanSignalsAndLeadsASession() throws Exception {
        ProgramBuilder p = new ProgramBuilder("clean", ProgramBuilder.STATUS);
        Block one = p.block("one byte", 1);
        p.call("wait for a word", Syscall.READ, 0, one, 1);
        p.exit(0);

        try (Pipe gate = Pipe.open();
                Spawned spawned = spawner().spawn(p.build(), Map.of(0, gate.readEnd()))) {
            Path proc = Path.of("/proc/" + spawned.pid());
            List<String> facts = Files.readAllLines(proc.resolve("status"));
            String session = Files.readString(proc.resolve("stat"))
                    .replaceAll(".*\\) ", "")
                    .split(" ", 5)[3];
            String executable = Files.readSymbolicLink(proc.resolve("exe")).toString();
            OpenFiles.writeFully(gate.writeEnd(), new byte[1]);
            WaitPid.await(spawned.pid());

            assertThat(facts)
                    .anyMatch(line -> line.matches("SigBlk:\\s*0+"))
                    .anyMatch(line -> line.matches("SigIgn:\\s*0+"));
            assertThat(session).isEqualTo(Integer.toString(spawned.pid()));
            assertThat(executable).isEqualTo("/memfd:clean (deleted)");
        }
    }

    @Test
    void placementsDoNotOverwriteEachOther() throws Exception {
        ProgramBuilder p = new ProgramBuilder("swap", ProgramBuilder.STATUS);
        Block buffer = p.block("buffer", 8);
        p.call("read one", Syscall.READ, 10, buffer, 1);
        p.call("read the other", Syscall.READ, 11, buffer.address(1), 1);
        p.call("write both", Syscall.WRITE, OUT, buffer, 2);
        p.exit(0);
        Program program = p.build();

        try (Pipe out = Pipe.open();
                Pipe a = Pipe.open();
                Pipe b = Pipe.open()) {
            OpenFiles.writeFully(a.writeEnd(), new byte[] {'a'});
            OpenFiles.writeFully(b.writeEnd(), new byte[] {'b'});
            Map<Integer, Fd> placements = Map.of(OUT, out.writeEnd(), 10, a.readEnd(), 11, b.readEnd());
            try (Spawned spawned = spawner().spawn(program, placements)) {
                assertThat(OpenFiles.read(out.readEnd(), 2)).containsExactly('a', 'b');
                assertThat(WaitPid.await(spawned.pid()).status().exitCode()).isZero();
            }
        }
    }

    @Test
    void theImageMayLieOnDiskWhereMemoryMustNotBeExecuted() throws Exception {
        ProgramBuilder p = new ProgramBuilder("ondisk", ProgramBuilder.STATUS);
        p.exit(0);
        byte[] image = ElfImage.of(p.build(), new X86_64Encoder());

        ProgramBuilder q = new ProgramBuilder("ondisk", ProgramBuilder.STATUS);
        q.exit(0);
        try (Fd file = spawner().imageOnDisk(q.build(), image)) {
            assertThat(OpenFiles.readAll(file)).isEqualTo(image);
            assertThat(directory).isEmptyDirectory();
            assertThatThrownBy(() -> OpenFiles.write(file, new byte[1], 0, 1)).hasMessageContaining("EBADF");
        }
    }

    @Test
    void forkHasAnEdgeForEachSide() throws Exception {
        ProgramBuilder p = new ProgramBuilder("fork", ProgramBuilder.STATUS);
        Block arguments = cloneArguments(p);
        Cell child = p.cell("child");
        Block status = p.block("status", 8);
        Label inChild = p.label("child");
        p.call("fork", Syscall.CLONE3, arguments, arguments.size()).to(child).ifZero(inChild);
        p.call("wait for the child", Syscall.WAIT4, child, status, 0, 0);
        p.call("say the rest", Syscall.WRITE, OUT, "parent", 6);
        p.exit(7);
        p.at(inChild);
        p.call("say something first", Syscall.WRITE, OUT, "child,", 6);
        p.exit(0);

        assertThat(run(p.build())).isEqualTo(new Outcome("child,parent", 7));
    }

    @Test
    void aLoopCarriesTheOutputOfAnotherProgram() throws Exception {
        ProgramBuilder p = new ProgramBuilder("loop", ProgramBuilder.STATUS);
        Block pipe = p.block("pipe", 8);
        Block arguments = cloneArguments(p);
        Cell child = p.cell("child");
        Block status = p.block("status", 8);
        Block buffer = p.block("buffer", 3);
        Cell length = p.cell("length");
        Label inChild = p.label("child");
        Label again = p.label("again");
        Label end = p.label("end");
        p.closeOnExec(ProgramBuilder.STATUS);
        p.call("make the pipe", Syscall.PIPE2, pipe, OpenFlags.O_CLOEXEC);
        p.call("fork", Syscall.CLONE3, arguments, arguments.size()).to(child).ifZero(inChild);
        p.call("close the writing end", Syscall.CLOSE, pipe.cell(4));
        p.at(again);
        p.call("read", Syscall.READ, pipe.cell(0), buffer, buffer.size())
                .to(length)
                .ifZero(end);
        p.call("write", Syscall.WRITE, OUT, buffer, length).then(again);
        p.at(end);
        p.call("reap", Syscall.WAIT4, child, status, 0, 0);
        p.exit(0);
        p.at(inChild);
        p.call("put the pipe in place", Syscall.DUP3, pipe.cell(4), OUT, 0);
        p.call("exec echo", Syscall.EXECVE, "/bin/echo", p.strings(List.of("echo", "one two")), p.strings(List.of()));

        assertThat(run(p.build())).isEqualTo(new Outcome("one two\n", 0));
    }

    @Test
    void programsRunFromDiskToo() throws Exception {
        ProgramBuilder p = new ProgramBuilder("fromdisk", ProgramBuilder.STATUS);
        p.exit(9);
        try (Spawned spawned = Spawner.fromDisk(directory).spawn(p.build(), Map.of())) {
            assertThat(WaitPid.await(spawned.pid()).status().exitCode()).isEqualTo(9);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void warmingUpLeavesNothing() throws Exception {
        spawner().warmUp();
        assertThat(directory).isEmptyDirectory();
    }

    /** Takes all descriptors away and gives them back one by one, so that each place that needs one fails in its turn. */
    @Test
    void everyShortageOfDescriptorsIsSurvived() throws Exception {
        Spawner spawner = spawner();
        spawner.warmUp();
        ProgramBuilder p = new ProgramBuilder("short", ProgramBuilder.STATUS);
        p.exit(3);
        Program program = p.build();
        Path nothing = Path.of("/dev/null");
        Deque<Fd> taken = new ArrayDeque<>();
        assertThatThrownBy(() -> OpenFiles.open(Path.of("/no/such/file"), 0)).isInstanceOf(SyscallException.class);
        limitOpenFiles("512:");
        int failures = 0;
        try {
            takeAll(nothing, taken);
            int exitCode = -1;
            while (exitCode < 0) {
                try (Spawned spawned = spawner.spawn(program, Map.of())) {
                    exitCode = WaitPid.await(spawned.pid()).status().exitCode();
                } catch (SyscallException e) {
                    failures += e.is(Errno.EMFILE) ? 1 : 100;
                    taken.removeLast().close();
                }
            }
            assertThat(exitCode).isEqualTo(3);
        } finally {
            taken.forEach(Fd::close);
            limitOpenFiles("unlimited".equals(hardLimit()) ? "1048576:" : hardLimit() + ":");
        }
        assertThat(failures).isBetween(8, 20);
    }

    private static void takeAll(Path path, Deque<Fd> taken) {
        while (true) {
            try {
                taken.add(OpenFiles.open(path, OpenFlags.O_RDONLY));
            } catch (SyscallException e) {
                return;
            }
        }
    }

    private static String hardLimit() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s+", -1)[4])
                .findFirst()
                .orElseThrow();
    }

    private static void limitOpenFiles(String limit) throws Exception {
        Process prlimit = new ProcessBuilder(
                        "prlimit",
                        "--pid",
                        Long.toString(ProcessHandle.current().pid()),
                        "--nofile=" + limit)
                .inheritIO()
                .start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static Block cloneArguments(ProgramBuilder p) {
        Block arguments = p.block("clone arguments", Layouts.CLONE_ARGS.size());
        arguments.putLong(Layouts.CLONE_ARGS.offset("exit_signal"), ProcessConstants.SIGCHLD);
        return arguments;
    }

    private record Outcome(String output, int exitCode) {}

    private Outcome run(Program program) throws SpawnException, IOException {
        try (Pipe out = Pipe.open();
                Spawned spawned = spawner().spawn(program, Map.of(OUT, out.writeEnd()))) {
            out.writeEnd().close();
            String output = new String(OpenFiles.readAll(out.readEnd()), StandardCharsets.UTF_8);
            WaitPid.Ended ended = WaitPid.await(spawned.pid());
            spawned.status().awaitClosed(LONG);
            return new Outcome(output, ended.status().exitCode());
        }
    }
}
