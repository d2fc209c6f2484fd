package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.SyscallException;
import java.io.Serial;

/** One step failed: which one, of how many, what it was about, and the kernel's reason. */
public final class StepFailed extends SpawnException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Step step;
    private final SyscallException why;

    StepFailed(String program, int steps, Step step, SyscallException why) {
        super(program + ": step " + step.index() + " of " + steps + ", " + step.label() + ": " + why.getMessage(), why);
        this.step = step;
        this.why = why;
    }

    /** The step that failed. */
    public Step step() {
        return step;
    }

    /** Its place in the program, from 0. */
    public int index() {
        return step.index();
    }

    /** What it was about, in words. */
    public String label() {
        return step.label();
    }

    /** The kernel's reason. */
    public Errno errno() {
        return why.errno();
    }

    /** The call that was refused. */
    public SyscallException why() {
        return why;
    }
}
