package dev.ferry.runtime.spawn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/** What must hold for every program, whoever wrote it. */
public final class ProgramPaths {
    private ProgramPaths() {}

    /** From every step some path leads to the end of the process or to another program, and every step can be reached. */
    public static void assertEveryPathEnds(Program program) {
        BitSet ends = new BitSet();
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Step step : program.steps()) {
                boolean leads = step.isFinal()
                        || ends.get(step.ifPositive())
                        || ends.get(step.ifZero())
                        || ends.get(step.ifError());
                if (leads && !ends.get(step.index())) {
                    ends.set(step.index());
                    grew = true;
                }
            }
        }
        BitSet reached = reached(program);
        assertThat(program.steps())
                .allSatisfy(step -> assertThat(ends.get(step.index()))
                        .as("step %s leads to an end", step.line())
                        .isTrue())
                .allSatisfy(step -> assertThat(reached.get(step.index()))
                        .as("step %s can be reached", step.line())
                        .isTrue());
    }

    /**
     * Lets each step of a straight run fail in its turn, and looks whether the report at the status descriptor names it.
     * Steps with an error edge of their own, and those of the failure edge itself, are left out.
     *
     * @return how many steps were tried
     */
    public static int assertEveryFailureIsReported(Program program, FakeKernel kernel) {
        ProgramInterpreter.Run smooth = ProgramInterpreter.run(program, kernel);
        int tried = 0;
        for (int failing : smooth.path().stream().distinct().toList()) {
            Step step = program.steps().get(failing);
            boolean ownEdge = !program.steps().get(step.ifError()).label().equals("report the failure");
            if (ownEdge || step.call() == Syscall.EXIT_GROUP) {
                continue;
            }
            tried++;
            Report report = new Report();
            ProgramInterpreter.Run run = ProgramInterpreter.run(program, report.failing(kernel, failing));
            assertThat(run.exitCode()).isEqualTo(ProgramBuilder.FAILED);
            assertThat(report.blame(program).index()).as(step.line()).isEqualTo(failing);
        }
        return tried;
    }

    private static BitSet reached(Program program) {
        BitSet reached = new BitSet();
        Deque<Integer> next = new ArrayDeque<>();
        next.add(0);
        while (!next.isEmpty()) {
            int index = next.remove();
            if (!reached.get(index)) {
                reached.set(index);
                Step step = program.steps().get(index);
                next.add(step.ifPositive());
                next.add(step.ifZero());
                next.add(step.ifError());
            }
        }
        return reached;
    }

    /** Catches the 16 bytes of the failure report. */
    private static final class Report {
        private byte[] bytes = new byte[0];

        FakeKernel failing(FakeKernel kernel, int index) {
            FakeKernel failing = new FakeKernel();
            for (Syscall call : Syscall.values()) {
                failing.on(call, made -> {
                    if (made.stepIndex() == index) {
                        return -Errno.EIO.number();
                    }
                    if (made.syscall() == Syscall.WRITE && made.operand(2) == 2 * Cell.SIZE) {
                        bytes = made.bytes(made.operand(1), 2 * Cell.SIZE);
                    }
                    return kernel.answer(made);
                });
            }
            return failing;
        }

        StepFailed blame(Program program) {
            try {
                StepFailed failed = program.blame(bytes);
                assertThat(failed.errno()).isEqualTo(Errno.EIO);
                return failed;
            } catch (ReportGarbled e) {
                throw new AssertionError(e);
            }
        }
    }
}
