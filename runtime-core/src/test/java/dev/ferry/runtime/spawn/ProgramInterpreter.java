package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a program in Java: the same memory image that the machine code would run on, over a {@link FakeKernel}.
 *
 * <p>It follows one process. Where the program forks, the fake kernel's answer to clone3 says which side is followed.
 */
public final class ProgramInterpreter {
    private static final int STEP_LIMIT = 100_000;
    private static final Map<Integer, Syscall> CALLS = calls();

    private ProgramInterpreter() {}

    /** How a run ended. */
    public enum End {
        EXITED,
        EXECUTED
    }

    /**
     * A run.
     *
     * @param end how it ended
     * @param exitCode of exit_group, 0 when it executed something
     * @param path indices of the steps in the order they were made
     */
    public record Run(End end, int exitCode, List<Integer> path) {
        public Run {
            path = List.copyOf(path);
        }

        /** The labels of the steps in the order they were made. */
        public List<String> labels(Program program) {
            return path.stream()
                    .map(index -> program.steps().get(index).label())
                    .toList();
        }
    }

    /** Runs a program from its first step until it exits or executes another program. */
    public static Run run(Program program, FakeKernel kernel) {
        byte[] image = program.memory().image(Syscall::x86_64);
        ByteBuffer memory = ByteBuffer.allocate(Math.toIntExact(program.memory().size()) + Cell.SIZE)
                .order(ByteOrder.LITTLE_ENDIAN);
        memory.put(0, image);
        int failure = offset(program.memory().failure());
        List<Integer> path = new ArrayList<>();
        int step = 0;
        while (path.size() < STEP_LIMIT) {
            int index = step / ProgramMemory.STEP_SIZE;
            path.add(index);
            FakeKernel.Call call = call(memory, step, index);
            if (call.syscall() == Syscall.EXIT_GROUP) {
                return new Run(End.EXITED, (int) call.operand(0) & 0xff, path);
            }
            long result = kernel.answer(call);
            memory.putLong(offset(memory.getLong(step + ProgramMemory.RESULT)), result);
            if (result >= 0 && program.steps().get(index).isFinal()) {
                return new Run(End.EXECUTED, 0, path);
            }
            int edge;
            if (result > 0) {
                edge = ProgramMemory.IF_POSITIVE;
            } else if (result == 0 || -result == memory.getInt(step + ProgramMemory.TOLERATED)) {
                edge = ProgramMemory.IF_ZERO;
            } else {
                memory.putLong(failure, ProgramMemory.BASE + step);
                memory.putLong(failure + Cell.SIZE, result);
                edge = ProgramMemory.IF_ERROR;
            }
            step = offset(memory.getLong(step + edge));
        }
        throw new AssertionError(
                program + " does not end, it goes round at " + path.subList(path.size() - 20, path.size()));
    }

    private static FakeKernel.Call call(ByteBuffer memory, int step, int index) {
        List<Long> operands = new ArrayList<>();
        for (int i = 0; i < Step.MAXIMUM_OPERANDS; i++) {
            operands.add(memory.getLong(offset(memory.getLong(step + ProgramMemory.OPERANDS + i * Cell.SIZE))));
        }
        Syscall syscall = CALLS.get(memory.getInt(step));
        if (syscall == null) {
            throw new AssertionError("step " + index + " makes call number " + memory.getInt(step));
        }
        return new FakeKernel.Call(index, syscall, List.copyOf(operands), memory);
    }

    private static int offset(long address) {
        return Math.toIntExact(address - ProgramMemory.BASE);
    }

    private static Map<Integer, Syscall> calls() {
        Map<Integer, Syscall> calls = new HashMap<>();
        for (Syscall call : Syscall.values()) {
            calls.put(call.x86_64(), call);
        }
        return calls;
    }
}
