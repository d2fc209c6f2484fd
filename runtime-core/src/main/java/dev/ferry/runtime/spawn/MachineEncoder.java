package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Architecture;

/**
 * The machine code of the interpreter for one architecture.
 *
 * <p>The interpreter does nothing but: load the call number and six operands of the current step, make the system call, store
 * the result, choose the next step by its sign; an error that the step does not tolerate is left with the step's address in
 * the failure block first. It uses no stack, calls nothing, and keeps its place in two registers that the kernel preserves.
 */
public sealed interface MachineEncoder permits X86_64Encoder, Aarch64Encoder {

    /** The one for an architecture. */
    static MachineEncoder of(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> new X86_64Encoder();
            case AARCH64 -> new Aarch64Encoder();
        };
    }

    /** The ELF header's e_machine. */
    int elfMachine();

    /** Whose machine code it writes, and whose call numbers belong to that. */
    Architecture architecture();

    /** Position-independent code that runs the program whose first step and failure block have these addresses. */
    byte[] interpreter(long firstStep, long failure);
}
