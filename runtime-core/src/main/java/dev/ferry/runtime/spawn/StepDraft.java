package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A step that {@link ProgramBuilder#call} has appended, to be given its result cell and edges. */
public final class StepDraft {
    private final int index;
    private final String label;
    private final String stage;
    private final Syscall call;
    private final List<Operand> operands;
    private final Label failure;

    private @Nullable Cell result;
    private @Nullable Errno tolerated;
    private @Nullable Label ifPositive;
    private @Nullable Label ifZero;
    private @Nullable Label ifError;

    StepDraft(int index, String label, String stage, Syscall call, List<Operand> operands, Label failure) {
        this.index = index;
        this.label = label;
        this.stage = stage;
        this.call = call;
        this.operands = List.copyOf(operands);
        this.failure = failure;
    }

    /** Stores the result, be it positive, zero or minus the error number. */
    public StepDraft to(Cell cell) {
        result = cell;
        return this;
    }

    /** Takes this error as the result zero: the edge for zero is followed, the cell holds minus the error number. */
    public StepDraft tolerating(Errno errno) {
        tolerated = errno;
        return this;
    }

    /** Where to go after zero instead of the next step. */
    public StepDraft ifZero(Label label) {
        ifZero = label;
        return this;
    }

    /** Where to go after a result above zero instead of the next step. */
    public StepDraft ifPositive(Label label) {
        ifPositive = label;
        return this;
    }

    /** Where to go after an error instead of the region's failure edge. */
    public StepDraft ifError(Label label) {
        ifError = label;
        return this;
    }

    /** Where to go after success, zero or positive. */
    public StepDraft then(Label label) {
        return ifZero(label).ifPositive(label);
    }

    Step finish() {
        return new Step(
                index,
                label,
                stage,
                call,
                Optional.ofNullable(tolerated),
                operands,
                Optional.ofNullable(result),
                target(ifPositive),
                target(ifZero),
                ifError == null ? placed(failure) : placed(ifError));
    }

    /** Nothing follows an exec or an exit that works, so their edges need not lead on. */
    private int target(@Nullable Label label) {
        if (label != null) {
            return placed(label);
        }
        return Step.isFinal(call) ? index : index + 1;
    }

    private int placed(Label label) {
        if (label.index() == Label.UNPLACED) {
            throw new IllegalStateException("step " + index + ", \"" + this.label + "\", leads to label \""
                    + label.name() + "\", which is placed nowhere");
        }
        return label.index();
    }
}
