package dev.ferry.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Classic BPF instructions, {@code struct sock_filter {u16 code; u8 jt, jf; u32 k;}}, as far as a prologue needs them.
 *
 * @param whenTrue how many instructions to skip when the comparison holds
 * @param whenFalse how many to skip otherwise
 */
record Bpf(int code, int whenTrue, int whenFalse, int k) {
    static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    static final int JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    static final int JUMP_GREATER = 0x25; // BPF_JMP | BPF_JGT | BPF_K
    static final int JUMP_GREATER_EQUAL = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    static final int RETURN = 0x06; // BPF_RET | BPF_K

    /** Offsets in struct seccomp_data. */
    static final int OFFSET_CALL = 0;

    static final int OFFSET_ARCH = 4;

    static byte[] assemble(List<Bpf> instructions) {
        ByteBuffer bytes = ByteBuffer.allocate(instructions.size() * SeccompFilter.INSTRUCTION_BYTES)
                .order(ByteOrder.nativeOrder());
        for (Bpf instruction : instructions) {
            bytes.putShort((short) instruction.code)
                    .put((byte) instruction.whenTrue)
                    .put((byte) instruction.whenFalse)
                    .putInt(instruction.k);
        }
        return bytes.array();
    }

    static List<Bpf> disassemble(byte[] program) {
        ByteBuffer bytes = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        var instructions = new ArrayList<Bpf>();
        while (bytes.hasRemaining()) {
            instructions.add(new Bpf(
                    Short.toUnsignedInt(bytes.getShort()),
                    Byte.toUnsignedInt(bytes.get()),
                    Byte.toUnsignedInt(bytes.get()),
                    bytes.getInt()));
        }
        return instructions;
    }
}
