package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Architecture;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The interpreter for x86_64: rbx is the current step, rbp the failure block. System calls destroy rax, rcx and r11 only.
 *
 * <p>{@code syscall} takes its number in eax and its operands in rdi, rsi, rdx, r10, r8, r9. syscall(2)
 */
public final class X86_64Encoder implements MachineEncoder {
    private static final int EM_X86_64 = 62;

    /** {@code mov reg, [rbx+disp8]} without the displacement, and {@code mov reg, [reg]}; one row for each operand. */
    private static final int[][] LOAD_OPERAND = {
        {0x48, 0x8b, 0x7b}, {0x48, 0x8b, 0x3f}, // rdi
        {0x48, 0x8b, 0x73}, {0x48, 0x8b, 0x36}, // rsi
        {0x48, 0x8b, 0x53}, {0x48, 0x8b, 0x12}, // rdx
        {0x4c, 0x8b, 0x53}, {0x4d, 0x8b, 0x12}, // r10
        {0x4c, 0x8b, 0x43}, {0x4d, 0x8b, 0x00}, // r8
        {0x4c, 0x8b, 0x4b}, {0x4d, 0x8b, 0x09}, // r9
    };

    @Override
    public int elfMachine() {
        return EM_X86_64;
    }

    @Override
    public Architecture architecture() {
        return Architecture.X86_64;
    }

    @Override
    public byte[] interpreter(long firstStep, long failure) {
        Code code = new Code();
        code.bytes(0xbb).word(firstStep); // mov ebx, firstStep
        code.bytes(0xbd).word(failure); // mov ebp, failure
        int execute = code.position();
        code.bytes(0x8b, 0x03); // mov eax, [rbx]
        for (int i = 0; i < Step.MAXIMUM_OPERANDS; i++) {
            code.bytes(LOAD_OPERAND[2 * i]).bytes(ProgramMemory.OPERANDS + i * Cell.SIZE);
            code.bytes(LOAD_OPERAND[2 * i + 1]);
        }
        code.bytes(0x0f, 0x05); // syscall
        code.bytes(0x48, 0x8b, 0x4b, ProgramMemory.RESULT); // mov rcx, [rbx+result]
        code.bytes(0x48, 0x89, 0x01); // mov [rcx], rax
        code.bytes(0x48, 0x85, 0xc0); // test rax, rax
        int toError = code.jump(0x78); // js error
        int toZero = code.jump(0x74); // jz zero
        code.bytes(0x48, 0x8b, 0x5b, ProgramMemory.IF_POSITIVE); // mov rbx, [rbx+ifPositive]
        code.jumpBack(execute);
        code.land(toZero);
        int zero = code.position();
        code.bytes(0x48, 0x8b, 0x5b, ProgramMemory.IF_ZERO); // mov rbx, [rbx+ifZero]
        code.jumpBack(execute);
        code.land(toError);
        code.bytes(0x89, 0xc1); // mov ecx, eax
        code.bytes(0xf7, 0xd9); // neg ecx
        code.bytes(0x3b, 0x4b, ProgramMemory.TOLERATED); // cmp ecx, [rbx+tolerated]
        code.bytes(0x74, zero - code.position() - 2); // je zero
        code.bytes(0x48, 0x89, 0x5d, 0x00); // mov [rbp], rbx
        code.bytes(0x48, 0x89, 0x45, 0x08); // mov [rbp+8], rax
        code.bytes(0x48, 0x8b, 0x5b, ProgramMemory.IF_ERROR); // mov rbx, [rbx+ifError]
        code.jumpBack(execute);
        return code.finish();
    }

    /** Bytes of code with short jumps, all within 127 bytes. */
    private static final class Code {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final List<int[]> landings = new ArrayList<>();

        Code bytes(int... values) {
            for (int value : values) {
                out.write(value);
            }
            return this;
        }

        Code word(long value) {
            if (value != (value & 0x7fffffffL)) {
                throw new IllegalArgumentException("address 0x" + Long.toHexString(value) + " needs more than 31 bits");
            }
            for (int shift = 0; shift < 32; shift += 8) {
                out.write((int) (value >> shift));
            }
            return this;
        }

        int position() {
            return out.size();
        }

        /** A jump to a place ahead; the answer is for {@link #land}. */
        int jump(int opcode) {
            bytes(opcode, 0);
            return position();
        }

        void land(int jump) {
            landings.add(new int[] {jump - 1, position() - jump});
        }

        void jumpBack(int target) {
            int distance = target - position() - 2;
            if (distance < Byte.MIN_VALUE) {
                throw new AssertionError("short jump over " + distance + " bytes");
            }
            bytes(0xeb, distance);
        }

        byte[] finish() {
            byte[] code = out.toByteArray();
            for (int[] landing : landings) {
                code[landing[0]] = (byte) landing[1];
            }
            return code;
        }
    }
}
