package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.Pipe;
import dev.ferry.runtime.linux.WaitPid;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.PollEvents;
import dev.ferry.runtime.linux.abi.ProcessConstants;
import dev.ferry.runtime.linux.abi.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs do on every processor: real ones in real processes, which need no privileges. A test of an architecture extends
 * it and says how a program is started there.
 */
abstract class ProgramContract {
    protected static final Duration LONG = Duration.ofSeconds(20);
    protected static final int OUT = 1;

    /** Where the reading end of a program's own pipe is parked. */
    private static final int CARRIED = 20;

    private static final int PROT_READ = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int LARGEST_PAGE = 64 * 1024;

    @TempDir
    protected Path directory;

    /** Whose machine code is run. */
    protected abstract Architecture architecture();

    /** Starts a program with descriptors of ours. */
    protected abstract Running start(Program program, Map<Integer, Fd> placements) throws IOException;

    /** A program that runs, a child of ours until it is reaped. */
    protected interface Running extends AutoCloseable {
        /** Its number. */
        int pid();

        /** What it says; borrowed. */
        StatusPipe status();

        @Override
        void close();
    }

    /** All that a program wrote, a character for each byte, and how it ended. */
    protected record Outcome(String output, int exitCode) {}

    /** Runs a program to its end; what it reports goes first. */
    protected final Outcome run(Program program) throws SpawnException, IOException {
        try (Pipe out = Pipe.open();
                Running running = start(program, Map.of(OUT, out.writeEnd()))) {
            out.writeEnd().close();
            String output = new String(OpenFiles.readAll(out.readEnd()), StandardCharsets.ISO_8859_1);
            WaitPid.Ended ended = WaitPid.await(running.pid());
            running.status().awaitClosed(LONG);
            return new Outcome(output, ended.status().exitCode());
        }
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

    /** mmap(2) looks at all of them: the file and the place in it are the last two. */
    @Test
    void allSixOperandsReachTheKernel() throws Exception {
        Path file = directory.resolve("two pages");
        byte[] pages = new byte[2 * LARGEST_PAGE];
        System.arraycopy("second".getBytes(StandardCharsets.UTF_8), 0, pages, LARGEST_PAGE, 6);
        Files.write(file, pages);
        ProgramBuilder p = new ProgramBuilder("six", ProgramBuilder.STATUS);
        Cell fd = p.cell("fd");
        Cell address = p.cell("address");
        p.call("open", Syscall.OPENAT, OpenFlags.AT_FDCWD, file.toString(), OpenFlags.O_RDONLY, 0)
                .to(fd);
        p.call("map", Syscall.MMAP, 0, 6, PROT_READ, MAP_PRIVATE, fd, LARGEST_PAGE)
                .to(address);
        p.call("write", Syscall.WRITE, OUT, address, 6);
        p.exit(0);

        assertThat(run(p.build())).isEqualTo(new Outcome("second", 0));
    }

    /** The bits that architectures do not share, by what they do: the kernel there must know them by these numbers. */
    @Test
    void flagsOfOpenAreThoseOfTheArchitecture() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        Path linkToDirectory = Files.createSymbolicLink(directory.resolve("linked"), directory);
        ProgramBuilder p = new ProgramBuilder("flags", ProgramBuilder.STATUS);
        Label wrong = p.label("wrong");
        open(p, directory, architecture().directoryFlag());
        open(p, linkToDirectory, architecture().directoryFlag());
        open(p, file, architecture().noFollowFlag());
        open(p, link, 0);
        open(p, file, architecture().directoryFlag()).tolerating(Errno.ENOTDIR).ifPositive(wrong);
        open(p, link, architecture().noFollowFlag()).tolerating(Errno.ELOOP).ifPositive(wrong);
        p.exit(0);
        p.at(wrong);
        p.exit(1);

        assertThat(run(p.build())).isEqualTo(new Outcome("", 0));
    }

    private static StepDraft open(ProgramBuilder p, Path path, int flags) {
        return p.call("open " + path.getFileName(), Syscall.OPENAT, OpenFlags.AT_FDCWD, path.toString(), flags, 0);
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

    /** Another error than the tolerated one goes by the edge for errors; cell and failure block both hold it as it came. */
    @Test
    void anErrorMayHaveAnEdgeOfItsOwn() throws Exception {
        ProgramBuilder p = new ProgramBuilder("edges", ProgramBuilder.STATUS);
        Label failed = p.label("failed");
        Cell result = p.cell("result");
        p.call("open", Syscall.OPENAT, -100, "/no/such/file", 0, 0)
                .tolerating(Errno.EBADF)
                .to(result)
                .ifError(failed);
        p.exit(1);
        p.at(failed);
        p.call("show the result", Syscall.WRITE, OUT, result.address(), 8);
        p.call("show the failure", Syscall.WRITE, OUT, p.failure().address(8), 8);
        p.exit(3);

        String enoent = "\u00fe" + "\u00ff".repeat(7); // -2 in eight bytes
        assertThat(run(p.build())).isEqualTo(new Outcome(enoent.repeat(2), 3));
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

        try (Running running = start(p.build(), Map.of())) {
            List<StatusReport> reports = running.status().awaitClosed(LONG);
            WaitPid.await(running.pid());
            assertThat(reports).hasSize(2).first().isEqualTo(new StatusReport.Message(17, running.pid()));
            assertThat(reports.getLast())
                    .isInstanceOfSatisfying(
                            StatusReport.Stamps.class,
                            times -> assertThat(times.stamps())
                                    .extracting(StageStamp::stage)
                                    .containsExactly("first", "second"));
        }
    }

    /** More steps and more memory than one page of any size holds, and memory that the file has no bytes for. */
    @Test
    void largeProgramsHaveAllTheirStepsAndMemory() throws Exception {
        ProgramBuilder p = new ProgramBuilder("large", ProgramBuilder.STATUS);
        Block filled = p.block("filled", 5 * LARGEST_PAGE);
        filled.putBytes(filled.size() - 4, "last".getBytes(StandardCharsets.UTF_8));
        Block zeros = p.block("zeros", 5 * LARGEST_PAGE);
        Cell pid = p.cell("pid");
        for (int step = 0; step < 2000; step++) {
            p.call("step " + step, Syscall.GETPID, "operand " + step, step).to(pid);
        }
        p.call("write the last bytes", Syscall.WRITE, OUT, filled.address(filled.size() - 4), 4);
        p.call("write what is zero", Syscall.WRITE, OUT, zeros.address(zeros.size() - 1), 1);
        p.call("fill it", Syscall.READ, 0, zeros, zeros.size());
        p.call("write what was read", Syscall.WRITE, OUT, zeros, 2);
        p.exit(0);

        try (Pipe in = Pipe.open();
                Pipe out = Pipe.open()) {
            OpenFiles.writeFully(in.writeEnd(), new byte[] {'o', 'k'});
            try (Running running = start(p.build(), Map.of(0, in.readEnd(), OUT, out.writeEnd()))) {
                assertThat(WaitPid.await(running.pid()).status().exitCode()).isZero();
                assertThat(OpenFiles.readFully(out.readEnd(), 7))
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("last\0ok");
            }
        }
    }

    @Test
    void forkHasAnEdgeForEachSide() throws Exception {
        ProgramBuilder p = new ProgramBuilder("fork", ProgramBuilder.STATUS);
        Cell child = p.cell("child");
        Block status = p.block("status", 8);
        Label inChild = p.label("child");
        fork(p, child, inChild);
        p.call("wait for the child", Syscall.WAIT4, child, status, 0, 0);
        p.call("say the rest", Syscall.WRITE, OUT, "parent", 6);
        p.exit(7);
        p.at(inChild);
        p.call("say something first", Syscall.WRITE, OUT, "child,", 6);
        p.exit(0);

        assertThat(run(p.build())).isEqualTo(new Outcome("child,parent", 7));
    }

    /** As a monitor does it: wait with ppoll, read, write with writev where the length was just read, until the end of file. */
    @Test
    void aLoopCarriesTheOutputOfAnotherProgram() throws Exception {
        ProgramBuilder p = new ProgramBuilder("loop", ProgramBuilder.STATUS);
        Block pipe = p.block("pipe", 8);
        Cell child = p.cell("child");
        Block status = p.block("status", 8);
        Block buffer = p.block("buffer", 3);
        Block polled = p.block("polled", Layouts.POLLFD.size());
        Block vector = p.block("vector", 2 * Layouts.IOVEC.size());
        Label inChild = p.label("child");
        Label again = p.label("again");
        Label end = p.label("end");
        polled.putInt(0, CARRIED).putShort(Layouts.POLLFD.offset("events"), PollEvents.POLLIN);
        vector.putAddress(0, "<").putLong(8, 1).putAddress(16, buffer);
        p.closeOnExec(ProgramBuilder.STATUS);
        p.call("make the pipe", Syscall.PIPE2, pipe, OpenFlags.O_CLOEXEC);
        fork(p, child, inChild);
        p.call("close the writing end", Syscall.CLOSE, pipe.cell(4));
        p.call("park the reading end", Syscall.DUP3, pipe.cell(0), CARRIED, OpenFlags.O_CLOEXEC);
        p.at(again);
        p.call("wait", Syscall.PPOLL, polled, 1, 0, 0, 0);
        p.call("read", Syscall.READ, CARRIED, buffer, buffer.size())
                .to(vector.cell(24))
                .ifZero(end);
        p.call("write", Syscall.WRITEV, OUT, vector, 2).then(again);
        p.at(end);
        p.call("reap", Syscall.WAIT4, child, status, 0, 0);
        p.exit(0);
        p.at(inChild);
        p.call("put the pipe in place", Syscall.DUP3, pipe.cell(4), OUT, 0);
        p.call("exec echo", Syscall.EXECVE, "/bin/echo", p.strings(List.of("echo", "one two")), p.strings(List.of()));

        assertThat(run(p.build())).isEqualTo(new Outcome("<one< tw<o\n", 0));
    }

    /**
     * With clone3(2) as all programs of ours do it, or where an emulator does not know that, with the older call. Goes on at the
     * label in the child.
     */
    private static void fork(ProgramBuilder p, Cell child, Label inChild) {
        Block arguments = p.block("clone arguments", Layouts.CLONE_ARGS.size());
        arguments.putLong(Layouts.CLONE_ARGS.offset("exit_signal"), ProcessConstants.SIGCHLD);
        Label older = p.label("fork as of old");
        Label inParent = p.label("parent");
        p.call("fork", Syscall.CLONE3, arguments, arguments.size())
                .to(child)
                .ifError(older)
                .ifPositive(inParent)
                .ifZero(inChild);
        p.at(older);
        p.call("fork as of old", Syscall.CLONE, ProcessConstants.SIGCHLD, 0, 0, 0, 0)
                .to(child)
                .ifZero(inChild);
        p.at(inParent);
    }
}
