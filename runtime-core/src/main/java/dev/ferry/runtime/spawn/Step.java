package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One system call of a program, and where to go from its result.
 *
 * @param index its place in the program, from 0
 * @param label what it does, in words for people: the text of an error
 * @param stage the part of the program it belongs to
 * @param call the system call
 * @param tolerated an error that counts as the result zero
 * @param operands at most six
 * @param result where the result goes, a negative one included
 * @param ifPositive the step after a result above zero
 * @param ifZero the step after zero
 * @param ifError the step after any error but the tolerated one
 */
public record Step(
        int index,
        String label,
        String stage,
        Syscall call,
        Optional<Errno> tolerated,
        List<Operand> operands,
        Optional<Cell> result,
        int ifPositive,
        int ifZero,
        int ifError) {
    /** The most that a system call takes. */
    public static final int MAXIMUM_OPERANDS = 6;

    public Step {
        operands = List.copyOf(operands);
    }

    /** Whether nothing follows when the call does what it is for: the process ends or becomes another program. */
    public boolean isFinal() {
        return isFinal(call);
    }

    static boolean isFinal(Syscall call) {
        return switch (call) {
            case EXECVE, EXECVEAT, EXIT, EXIT_GROUP -> true;
            default -> false;
        };
    }

    /** The operands as a listing shows them. */
    public String arguments() {
        return operands.stream().map(Operand::describe).collect(Collectors.joining(", "));
    }

    /** One line of a listing. */
    String line() {
        StringBuilder text = new StringBuilder()
                .append("%4d  %s: ".formatted(index, label))
                .append(call.kernelName())
                .append('(')
                .append(arguments())
                .append(')');
        result.ifPresent(cell -> text.append(" to ").append(cell.describe()));
        tolerated.ifPresent(errno -> text.append(" tolerating ").append(errno));
        if (ifPositive == ifZero) {
            if (ifZero != index + 1 && !isFinal()) {
                text.append(" -> ").append(ifZero);
            }
        } else {
            text.append(" positive -> ").append(ifPositive).append(", zero -> ").append(ifZero);
        }
        if (!call.equals(Syscall.EXIT_GROUP)) {
            text.append(", error -> ").append(ifError);
        }
        return text.toString();
    }
}
