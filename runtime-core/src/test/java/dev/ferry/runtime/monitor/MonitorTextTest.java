package dev.ferry.runtime.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import dev.ferry.runtime.spawn.FakeKernel;
import dev.ferry.runtime.spawn.Program;
import dev.ferry.runtime.spawn.ProgramInterpreter;
import dev.ferry.runtime.spawn.ProgramPaths;
import dev.ferry.runtime.spawn.StepFailed;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The monitor's program on paper: every shape of it. */
final class MonitorTextTest {
    private static final int CHILD = 4711;
    private static final int DELETED = 99;
    private static final int WAIT_STATUS = 42 << 8;

    private static Stream<MonitorText.Shape> shapes() {
        return Stream.of(MonitorText.Kind.values())
                .flatMap(kind -> Stream.of(true, false)
                        .flatMap(terminal -> Stream.of(true, false).map(stdin -> shape(kind, terminal, stdin))));
    }

    private static MonitorText.Shape shape(MonitorText.Kind kind, boolean terminal, boolean stdin) {
        Set<MonitorFd> given =
                EnumSet.of(MonitorFd.STATUS, MonitorFd.RECORD, MonitorFd.LOG, MonitorFd.GATE, MonitorFd.TTY_SOCKET);
        return new MonitorText.Shape("paper", kind, 0, false, terminal, stdin, given, false);
    }

    private static Program program(MonitorText.Shape shape) {
        return MonitorText.write(
                shape,
                MonitorText.Home.NONE,
                calls -> calls.program().exit(0),
                new MonitorText.Foreign(
                        calls -> calls.program().exit(0),
                        calls -> calls.program().exit(DELETED)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyPathEnds(MonitorText.Shape shape) {
        ProgramPaths.assertEveryPathEnds(program(shape));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyFailureBeforeTheCloneIsReported(MonitorText.Shape shape) {
        assertThat(ProgramPaths.assertEveryFailureIsReported(program(shape), new Child().kernel()))
                .isGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theEndOfTheChildIsRecorded(MonitorText.Shape shape) {
        Child child = new Child();
        ProgramInterpreter.Run run = ProgramInterpreter.run(program(shape), child.kernel());

        assertThat(run.exitCode()).isZero();
        ByteBuffer record = ByteBuffer.wrap(child.record.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(record.capacity()).isEqualTo(RecordLayout.BYTES);
        assertThat(record.getLong(0)).isEqualTo(RecordLayout.ENDED);
        assertThat(record.getInt(RecordLayout.WAIT_STATUS)).isEqualTo(WAIT_STATUS);
        assertThat(record.getInt(RecordLayout.LOG_DAMAGED)).isZero();
    }

    /** Once the status pipe is closed only the record is left to say what happened, and the child must not run on unwatched. */
    @Test
    void everyFailureAfterTheCloneIsRecordedAndEndsTheChild() throws Exception {
        MonitorText.Shape shape = shape(MonitorText.Kind.START, false, true);
        Program program = program(shape);
        ProgramInterpreter.Run smooth = ProgramInterpreter.run(program, new Child().kernel());
        int clone = smooth.labels(program).indexOf("clone the child");
        int tried = 0;
        for (int failing : smooth.path().stream().skip(clone + 1).distinct().toList()) {
            if (!program.steps()
                            .get(program.steps().get(failing).ifError())
                            .stage()
                            .equals("monitor failed")
                    || program.steps().get(failing).isFinal()) {
                continue;
            }
            tried++;
            Child child = new Child();
            ProgramInterpreter.Run run = ProgramInterpreter.run(program, child.failingAt(failing));
            assertThat(run.exitCode()).isEqualTo(127);
            assertThat(child.killed).isTrue();
            byte[] record = child.record.toByteArray();
            assertThat(record).hasSize(RecordLayout.BYTES);
            assertThat(ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getLong(0))
                    .isEqualTo(RecordLayout.FAILED);
            StepFailed blamed = program.blame(Arrays.copyOfRange(record, 8, 24));
            assertThat(blamed.index()).isEqualTo(failing);
            assertThat(blamed.errno()).isEqualTo(Errno.EIO);
        }
        assertThat(tried).isGreaterThan(10);
    }

    @Test
    void outputBecomesFramesOfItsLength() {
        Child child = new Child();
        child.output = "hello";
        ProgramInterpreter.run(program(shape(MonitorText.Kind.START, false, false)), child.kernel());
        ByteBuffer frame = ByteBuffer.wrap(child.log.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(frame.getLong(0)).isEqualTo(5);
        assertThat(new String(child.log.toByteArray(), LogFrames.HEADER_BYTES, 5, StandardCharsets.UTF_8))
                .isEqualTo("hello");
        assertThat(frame.capacity()).isEqualTo(LogFrames.HEADER_BYTES + 5);
    }

    /** An engine that dies while another runtime creates leaves nothing that waits to be started. */
    @Test
    void monitorThatIsToldOfNoInitBecomesTheOneThatDeletesIt() {
        Child gone = new Child();
        gone.gate = 0;
        Program program = program(shape(MonitorText.Kind.FOREIGN_START, false, false));
        assertThat(ProgramInterpreter.run(program, gone.kernel()).exitCode()).isEqualTo(DELETED);
        assertThat(gone.record.size()).isZero();
        Child deaf = new Child();
        deaf.unheard = MonitorProtocol.RUNTIME_ENDED;
        assertThat(ProgramInterpreter.run(program, deaf.kernel()).exitCode()).isEqualTo(DELETED);
    }

    /** Once it is told, the container runs to its end; so does a process that runs already. */
    @Test
    void engineThatDiesLaterEndsNothing() {
        Child started = new Child();
        started.unheard = MonitorProtocol.STARTER_ENDED;
        Child added = new Child();
        added.unheard = MonitorProtocol.RUNTIME_ENDED;
        added.gate = 0;
        assertEnds(MonitorText.Kind.FOREIGN_START, started);
        assertEnds(MonitorText.Kind.FOREIGN_EXEC, added);
    }

    private static void assertEnds(MonitorText.Kind kind, Child child) {
        ProgramInterpreter.Run run = ProgramInterpreter.run(program(shape(kind, false, false)), child.kernel());
        assertThat(run.exitCode()).isZero();
        assertThat(child.record.size()).isEqualTo(RecordLayout.BYTES);
        assertThat(child.killed).isFalse();
    }

    /** A child on paper: says its output once, runs for two looks, and ends. */
    private static final class Child {
        private final ByteArrayOutputStream record = new ByteArrayOutputStream();
        private final ByteArrayOutputStream log = new ByteArrayOutputStream();
        private String output = "";
        private int looks;
        private boolean signal = true;
        private boolean killed;
        private long gate = Long.BYTES;
        private int unheard;

        FakeKernel kernel() {
            return failingAt(-1);
        }

        FakeKernel failingAt(int step) {
            FakeKernel kernel = new FakeKernel();
            for (Syscall call : Syscall.values()) {
                kernel.on(call, made -> made.stepIndex() == step ? -Errno.EIO.number() : answer(made));
            }
            return kernel;
        }

        private long answer(FakeKernel.Call call) {
            return switch (call.syscall()) {
                case CLONE3 -> CHILD;
                case WAIT4 -> look(call);
                case READ -> read(call);
                case RECVMSG, PPOLL -> 1;
                case DUP -> call.operand(0) == -1 ? -Errno.EBADF.number() : 30;
                case PWRITE64 -> write(call, record, call.bytes(call.operand(1), (int) call.operand(2)));
                case WRITEV -> writev(call);
                case PIDFD_SEND_SIGNAL -> {
                    killed = true;
                    yield 0;
                }
                default -> 0;
            };
        }

        private long look(FakeKernel.Call call) {
            if (looks++ % 2 == 0) {
                signal = true;
                return 0;
            }
            call.write(call.operand(1), new byte[] {(byte) WAIT_STATUS, (byte) (WAIT_STATUS >> 8), 0, 0});
            return CHILD;
        }

        private long read(FakeKernel.Call call) {
            if (call.operand(0) == MonitorFd.GATE.number()) {
                return gate;
            }
            if (call.operand(0) == MonitorFd.SIGNALS.number()) {
                boolean pending = signal;
                signal = false;
                return pending ? 128 : -Errno.EAGAIN.number();
            }
            if (call.operand(0) != MonitorFd.STDOUT_READ.number() || output.isEmpty()) {
                return -Errno.EAGAIN.number();
            }
            byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
            output = "";
            call.write(call.operand(1), bytes);
            return bytes.length;
        }

        private long writev(FakeKernel.Call call) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < call.operand(2); i++) {
                long vector = call.operand(1) + 16L * i;
                all.writeBytes(call.bytes(call.word(vector), (int) call.word(vector + 8)));
            }
            int fd = (int) call.operand(0);
            if (fd == MonitorFd.LOG.number()) {
                log.writeBytes(all.toByteArray());
            } else if (fd == MonitorFd.RECORD.number()) {
                record.writeBytes(all.toByteArray());
            } else if (all.toByteArray()[0] == unheard) {
                return -Errno.EPIPE.number();
            }
            return all.size();
        }

        private static long write(FakeKernel.Call call, ByteArrayOutputStream to, byte[] bytes) {
            assertThat(call.operand(0)).isEqualTo(MonitorFd.RECORD.number());
            to.writeBytes(bytes);
            return bytes.length;
        }
    }
}
