package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.Errno;
import dev.ferry.runtime.linux.abi.Syscall;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A kernel on paper for {@link ProgramInterpreter}: for each system call what it answers. Calls that were not told about
 * succeed with zero.
 */
public final class FakeKernel {
    private final Map<Syscall, Answer> answers = new EnumMap<>(Syscall.class);

    /** What a system call does. */
    @FunctionalInterface
    public interface Answer {
        /** The result, or minus an error number; may look into the program's memory and change it. */
        long to(Call call);
    }

    /**
     * One system call being made.
     *
     * @param stepIndex the step that makes it
     * @param syscall which
     * @param operands the values of its six operands
     * @param memory the program's memory
     */
    public record Call(int stepIndex, Syscall syscall, List<Long> operands, ByteBuffer memory) {

        /** The value of an operand, from 0. */
        public long operand(int number) {
            return operands.get(number);
        }

        /** The C string that an operand points to. */
        public String string(int number) {
            int start = offset(operand(number));
            int end = start;
            while (memory.get(end) != 0) {
                end++;
            }
            return new String(bytes(operand(number), end - start), StandardCharsets.UTF_8);
        }

        /** Bytes at an address. */
        public byte[] bytes(long address, int length) {
            byte[] bytes = new byte[length];
            memory.get(offset(address), bytes);
            return bytes;
        }

        /** The word at an address. */
        public long word(long address) {
            return memory.getLong(offset(address));
        }

        /** Writes into the program's memory, as the kernel does. */
        public void write(long address, byte[] bytes) {
            memory.put(offset(address), bytes);
        }

        private static int offset(long address) {
            return Math.toIntExact(address - ProgramMemory.BASE);
        }
    }

    /** Says what a call answers. */
    public FakeKernel on(Syscall call, Answer answer) {
        answers.put(call, answer);
        return this;
    }

    /** Says that a call always has this result. */
    public FakeKernel on(Syscall call, long result) {
        return on(call, any -> result);
    }

    /** Says that a call always fails. */
    public FakeKernel on(Syscall call, Errno errno) {
        return on(call, -errno.number());
    }

    long answer(Call call) {
        Answer answer = answers.get(call.syscall());
        return answer == null ? 0 : answer.to(call);
    }
}
