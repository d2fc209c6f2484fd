package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Architecture;
import dev.ferry.runtime.linux.abi.Layouts;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgramTest {
    private static final int AT_FDCWD = OpenFlags.AT_FDCWD;

    /** Opens one of two files, copies a piece of it into a fresh child's hands, and becomes another program. */
    private static Program example() {
        ProgramBuilder p = new ProgramBuilder("example", ProgramBuilder.STATUS);
        Cell file = p.cell("file");
        Cell child = p.cell("child");
        Block arguments = p.block("clone arguments", Layouts.CLONE_ARGS.size());
        Block buffer = p.block("buffer", 64);
        Label second = p.label("second");
        Label opened = p.label("opened");
        Label inChild = p.label("in the child");
        p.stage("open");
        p.call("open the first", Syscall.OPENAT, AT_FDCWD, "/first", 0, 0)
                .to(file)
                .ifError(second)
                .then(opened);
        p.at(second);
        p.call("open the second", Syscall.OPENAT, AT_FDCWD, "/second", 0, 0).to(file);
        p.at(opened);
        p.call("read", Syscall.READ, file, buffer, buffer.size());
        p.stage("fork");
        p.call("clone3", Syscall.CLONE3, arguments, arguments.size()).to(child).ifZero(inChild);
        p.call("make a directory", Syscall.MKDIRAT, AT_FDCWD, "/tmp/x", 0755).tolerating(Errno.EEXIST);
        p.exit(0);
        p.at(inChild);
        p.call("exec", Syscall.EXECVE, "/bin/true", p.strings(List.of("true")), p.strings(List.of()));
        return p.build();
    }

    private static FakeKernel parent() {
        return new FakeKernel().on(Syscall.OPENAT, 5).on(Syscall.CLONE3, 1234);
    }

    @Test
    void listingIsTheProgramAsText() {
        assertThat(example().listing()).isEqualTo("""
                        program example
                        [open]
                           0  open the first: openat(-100, "/first", 0, 0) to file -> 2, error -> 1
                           1  open the second: openat(-100, "/second", 0, 0) to file, error -> 7
                           2  read: read(file, &buffer, 64), error -> 7
                        [fork]
                           3  clone3: clone3(&clone arguments, 88) to child positive -> 4, zero -> 6, error -> 7
                           4  make a directory: mkdirat(-100, "/tmp/x", 493) tolerating EEXIST, error -> 7
                           5  exit with 0: exit_group(0)
                           6  exec: execve("/bin/true", &true..., &none), error -> 7
                        [failure]
                           7  report the failure: write(3, &failure, 16), error -> 8
                           8  exit with 127: exit_group(127)
                        """);
    }

    @Test
    void everyPathEnds() {
        ProgramPaths.assertEveryPathEnds(example());
    }

    @Test
    void everyFailureIsReported() {
        assertThat(ProgramPaths.assertEveryFailureIsReported(example(), parent()))
                .isEqualTo(3);
        assertThat(ProgramPaths.assertEveryFailureIsReported(example(), parent().on(Syscall.CLONE3, 0)))
                .isEqualTo(3);
    }

    @Test
    void resultChoosesTheEdge() {
        Program program = example();
        assertThat(ProgramInterpreter.run(program, parent()).labels(program))
                .containsExactly("open the first", "read", "clone3", "make a directory", "exit with 0");
        assertThat(ProgramInterpreter.run(program, parent().on(Syscall.CLONE3, 0)))
                .isEqualTo(new ProgramInterpreter.Run(ProgramInterpreter.End.EXECUTED, 0, List.of(0, 2, 3, 6)));
        FakeKernel firstIsAbsent =
                parent().on(Syscall.OPENAT, call -> call.string(1).equals("/first") ? -Errno.ENOENT.number() : 5);
        assertThat(ProgramInterpreter.run(program, firstIsAbsent).path()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void toleratedErrorIsZeroAndOthersAreNot() {
        Program program = example();
        assertThat(ProgramInterpreter.run(program, parent().on(Syscall.MKDIRAT, Errno.EEXIST))
                        .exitCode())
                .isZero();
        assertThat(ProgramInterpreter.run(program, parent().on(Syscall.MKDIRAT, Errno.EACCES))
                        .exitCode())
                .isEqualTo(127);
    }

    @Test
    void operandsArriveAsWritten() {
        Program program = example();
        FakeKernel kernel = parent().on(Syscall.READ, call -> {
            assertThat(call.operand(0)).isEqualTo(5);
            call.write(call.operand(1), new byte[(int) call.operand(2)]);
            return 64;
        });
        kernel.on(Syscall.EXECVE, call -> {
            assertThat(call.string(0)).isEqualTo("/bin/true");
            FakeKernel.Call argument = new FakeKernel.Call(
                    call.stepIndex(), call.syscall(), List.of(call.word(call.operand(1))), call.memory());
            assertThat(argument.string(0)).isEqualTo("true");
            assertThat(call.word(call.operand(1) + 8)).isZero();
            assertThat(call.word(call.operand(2))).isZero();
            return 0;
        });
        assertThat(ProgramInterpreter.run(program, kernel.on(Syscall.CLONE3, 0)).end())
                .isEqualTo(ProgramInterpreter.End.EXECUTED);
    }

    @Test
    void zerosCostNoSpaceInTheImage() {
        ProgramBuilder p = new ProgramBuilder("big", ProgramBuilder.STATUS);
        Block buffer = p.block("buffer", 1 << 20);
        p.call("read", Syscall.READ, 0, buffer, buffer.size());
        p.exit(0);
        Program program = p.build();
        assertThat(ElfImage.of(program, MachineEncoder.of(Architecture.host())).length)
                .isLessThan(8192);
        assertThat(program.memory().size()).isGreaterThan(1 << 20);
    }

    @Test
    void pointersBetweenBlocksAreAddresses() {
        ProgramBuilder p = new ProgramBuilder("pointers", ProgramBuilder.STATUS);
        Block target = p.block("target", new byte[] {1, 2, 3, 4});
        Block vector = p.block("vector", 16).putAddress(0, target.address(2)).putLong(8, 2);
        p.call("write", Syscall.WRITEV, 1, vector, 1);
        p.exit(0);
        byte[][] seen = new byte[1][];
        ProgramInterpreter.run(p.build(), new FakeKernel().on(Syscall.WRITEV, call -> {
                    seen[0] = call.bytes(call.word(call.operand(1)), (int) call.word(call.operand(1) + 8));
                    return 2;
                }));
        assertThat(seen[0]).containsExactly(3, 4);
    }

    @Test
    void labelsMustBePlacedOnce() {
        ProgramBuilder nowhere = new ProgramBuilder("nowhere", ProgramBuilder.STATUS);
        nowhere.call("loop", Syscall.GETPID).then(nowhere.label("lost"));
        assertThatThrownBy(nowhere::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"lost\"");

        ProgramBuilder twice = new ProgramBuilder("twice", ProgramBuilder.STATUS);
        Label label = twice.label("here");
        twice.at(label);
        assertThatThrownBy(() -> twice.at(label)).hasMessageContaining("placed twice");
    }

    @Test
    void aProgramMustNotRunOnIntoNothing() {
        ProgramBuilder p = new ProgramBuilder("endless", ProgramBuilder.STATUS);
        Label end = p.label("end");
        p.failTo(end);
        p.at(end);
        p.call("read", Syscall.READ, 0, p.block("buffer", 8), 8);
        assertThatThrownBy(p::build).hasMessageContaining("runs on into nothing after step 0");
    }

    @Test
    void operandsOfOtherTypesAreRefused() {
        ProgramBuilder p = new ProgramBuilder("wrong", ProgramBuilder.STATUS);
        assertThatThrownBy(() -> p.call("x", Syscall.READ, 1.5)).hasMessageContaining("not an operand: Double");
        assertThatThrownBy(() -> p.call("x", Syscall.READ, 1, 2, 3, 4, 5, 6, 7)).hasMessageContaining("six at most");
        assertThatThrownBy(() -> p.call("x", Syscall.READ, "a\0b")).hasMessageContaining("zero byte");
    }

    @Test
    void garbledReportsAreNotBlamedOnAnybody() {
        Program program = example();
        assertThatThrownBy(() -> program.blame(report(ProgramMemory.BASE + 1, -5)))
                .isInstanceOf(ReportGarbled.class);
        assertThatThrownBy(() -> program.blame(report(ProgramMemory.stepAddress(9), -5)))
                .isInstanceOf(ReportGarbled.class);
        assertThatThrownBy(() -> program.blame(new byte[3])).isInstanceOf(ReportGarbled.class);
    }

    private static byte[] report(long address, long result) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(address)
                .putLong(result)
                .array();
    }
}
