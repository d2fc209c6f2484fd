package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A finished program: its steps, its memory, and what to say when a step fails. Immutable. */
public final class Program {
    private final String name;
    private final int statusFd;
    private final List<Step> steps;
    private final ProgramMemory memory;
    private final List<String> stages;

    Program(String name, int statusFd, List<Step> steps, ProgramMemory memory, List<String> stages) {
        this.name = name;
        this.statusFd = statusFd;
        this.steps = List.copyOf(steps);
        this.memory = memory;
        this.stages = List.copyOf(stages);
        if (steps.isEmpty()) {
            throw new IllegalStateException("program \"" + name + "\" has no steps");
        }
        for (Step step : steps) {
            int last = Math.max(step.ifError(), Math.max(step.ifPositive(), step.ifZero()));
            if (last >= steps.size()) {
                throw new IllegalStateException("program \"" + name + "\" runs on into nothing after step "
                        + step.index() + ", \"" + step.label() + "\"");
            }
        }
    }

    /** What the process is called: argv[0] and the program's name in texts. */
    public String name() {
        return name;
    }

    /** The descriptor at which it reports failures. */
    public int statusFd() {
        return statusFd;
    }

    /** All steps in order; the first is the entry. */
    public List<Step> steps() {
        return steps;
    }

    /** Names of the stages whose beginning is timed, in order; empty unless profiled. */
    public List<String> stages() {
        return stages;
    }

    /** The program as text, one step a line: the same text for the same program, so that tests can hold it fast. */
    public String listing() {
        StringBuilder text = new StringBuilder("program ").append(name).append('\n');
        String stage = "";
        for (Step step : steps) {
            if (!step.stage().equals(stage)) {
                stage = step.stage();
                text.append("[").append(stage).append("]\n");
            }
            text.append(step.line()).append('\n');
        }
        return text.toString();
    }

    /** The error to raise for a step that failed so. */
    public StepFailed blame(int stepIndex, Errno errno) {
        Step step = steps.get(stepIndex);
        return new StepFailed(
                name, steps.size(), step, new SyscallException(step.call().kernelName(), step.arguments(), errno));
    }

    /**
     * The error behind the 16 bytes {step address, -errno} that the interpreter leaves in {@link ProgramBuilder#failure}.
     *
     * @throws ReportGarbled when they name no step of this program
     */
    public StepFailed blame(byte[] failure) throws ReportGarbled {
        if (failure.length != 2 * Cell.SIZE) {
            throw new ReportGarbled(name, "a failure report of " + failure.length + " bytes");
        }
        ByteBuffer words = ByteBuffer.wrap(failure).order(ByteOrder.LITTLE_ENDIAN);
        return blame(words.getLong(), words.getLong());
    }

    /** The step whose address the interpreter left in {@link ProgramBuilder#failure}, as an index; −1 for no step's address. */
    public static int stepAt(long address) {
        long offset = address - ProgramMemory.BASE;
        return offset < 0 || offset % ProgramMemory.STEP_SIZE != 0 ? -1 : (int) (offset / ProgramMemory.STEP_SIZE);
    }

    /** Where a step lies in the memory of a running program: the inverse of {@link #stepAt}. */
    public static long addressOf(int step) {
        return ProgramMemory.BASE + (long) ProgramMemory.STEP_SIZE * step;
    }

    StepFailed blame(long stepAddress, long result) throws ReportGarbled {
        long offset = stepAddress - ProgramMemory.BASE;
        if (!isStep(stepAddress) || result >= 0) {
            throw new ReportGarbled(name, "step at 0x" + Long.toHexString(offset) + ", result " + result);
        }
        return blame((int) (offset / ProgramMemory.STEP_SIZE), Errno.of((int) -result));
    }

    boolean isStep(long address) {
        long offset = address - ProgramMemory.BASE;
        return offset >= 0 && offset % ProgramMemory.STEP_SIZE == 0 && offset / ProgramMemory.STEP_SIZE < steps.size();
    }

    ProgramMemory memory() {
        return memory;
    }

    @Override
    public String toString() {
        return "program " + name + " of " + steps.size() + " steps";
    }
}
