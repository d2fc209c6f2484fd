package dev.ferry.runtime.seccomp;

import java.util.Arrays;
import java.util.List;

/**
 * A compiled filter: classic BPF, as {@code struct sock_filter[]} in the machine's byte order. seccomp(2)
 *
 * <p>Two filters are equal when the kernel would run the same program with the same flags.
 */
public final class SeccompFilter {
    /** Bytes of one instruction. */
    public static final int INSTRUCTION_BYTES = 8;

    /** The kernel refuses longer programs (BPF_MAXINSNS). */
    public static final int MAXIMUM_INSTRUCTIONS = 4096;

    private final byte[] program;
    private final int flags;
    /** SECCOMP_FILTER_FLAG_NEW_LISTENER: loading it gives a descriptor at which calls are answered. seccomp_unotify(2) */
    public static final int NEW_LISTENER = 1 << 3;

    private final List<String> unknownCalls;

    /**
     * A filter.
     *
     * @param program whole instructions, 1 to 4096 of them; copied
     * @param flags the flags argument of seccomp(2)
     * @param unknownCalls names in the rules that the library did not know, and left out
     */
    public SeccompFilter(byte[] program, int flags, List<String> unknownCalls) {
        if (program.length == 0
                || program.length % INSTRUCTION_BYTES != 0
                || program.length / INSTRUCTION_BYTES > MAXIMUM_INSTRUCTIONS) {
            throw new IllegalArgumentException(
                    "a filter of %d bytes; it must hold 1 to 4096 instructions of 8 bytes".formatted(program.length));
        }
        this.program = program.clone();
        this.flags = flags;
        this.unknownCalls = List.copyOf(unknownCalls);
    }

    /** The instructions; a copy. */
    public byte[] program() {
        return program.clone();
    }

    /** How many instructions there are: {@code sock_fprog.len}. */
    public int instructions() {
        return program.length / INSTRUCTION_BYTES;
    }

    /** The flags argument of seccomp(2), SECCOMP_SET_MODE_FILTER. */
    public int flags() {
        return flags;
    }

    /** Whether loading it gives a listener. */
    public boolean hasListener() {
        return (flags & NEW_LISTENER) != 0;
    }

    /** Names in the rules that the library did not know; the default action holds for them. */
    public List<String> unknownCalls() {
        return unknownCalls;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeccompFilter that && flags == that.flags && Arrays.equals(program, that.program);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(program) + flags;
    }

    @Override
    public String toString() {
        return "SeccompFilter[%d instructions, flags %#x]".formatted(instructions(), flags);
    }
}
