package dev.ferry.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a seccomp filter as the kernel does, on calls that are only described. seccomp(2), net/core/filter.c */
public final class BpfMachine {
    private static final int STEPS = 4096;

    private final ByteBuffer program;

    /** A machine for that program, {@code struct sock_filter[]}. */
    public BpfMachine(byte[] program) {
        this.program = ByteBuffer.wrap(program.clone()).order(ByteOrder.nativeOrder());
    }

    /** The SECCOMP_RET_* value for a call with up to six arguments. */
    public int run(int arch, int call, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        data.putInt(0, call).putInt(4, arch);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(16 + 8 * i, arguments[i]);
        }
        return run(data);
    }

    private int run(ByteBuffer data) {
        int accumulator = 0;
        int index = 0;
        int[] scratch = new int[16];
        int register = 0;
        for (int steps = 0; steps < STEPS; steps++) {
            int at = index * 8;
            int code = Short.toUnsignedInt(program.getShort(at));
            int whenTrue = Byte.toUnsignedInt(program.get(at + 2));
            int whenFalse = Byte.toUnsignedInt(program.get(at + 3));
            int k = program.getInt(at + 4);
            index++;
            switch (code) {
                case 0x20 -> accumulator = data.getInt(k);
                case 0x00 -> accumulator = k;
                case 0x01 -> register = k;
                case 0x02 -> scratch[k] = accumulator;
                case 0x60 -> accumulator = scratch[k];
                case 0x07 -> register = accumulator;
                case 0x87 -> accumulator = register;
                case 0x54 -> accumulator &= k;
                case 0x05 -> index += k;
                case 0x15 -> index += accumulator == k ? whenTrue : whenFalse;
                case 0x25 -> index += Integer.compareUnsigned(accumulator, k) > 0 ? whenTrue : whenFalse;
                case 0x35 -> index += Integer.compareUnsigned(accumulator, k) >= 0 ? whenTrue : whenFalse;
                case 0x45 -> index += (accumulator & k) != 0 ? whenTrue : whenFalse;
                case 0x06 -> {
                    return k;
                }
                default ->
                    throw new IllegalStateException(
                            "instruction %d has the code %#x, which no filter needs".formatted(index - 1, code));
            }
        }
        throw new IllegalStateException("the program does not end");
    }
}
