package dev.ferry.runtime.spawn;

import dev.ferry.runtime.linux.abi.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The interpreter for aarch64: x19 is the current step, x20 the failure block. System calls change x0 only.
 *
 * <p>{@code svc #0} takes its number in w8 and its operands in x0 to x5. syscall(2). A cell may lie at any address: loads and
 * stores of one register need no alignment in ordinary memory.
 */
public final class Aarch64Encoder implements MachineEncoder {
    private static final int EM_AARCH64 = 183;

    private static final int CALL_NUMBER = 8;
    private static final int SCRATCH = 9;
    private static final int STEP = 19;
    private static final int FAILURE = 20;

    @Override
    public Architecture architecture() {
        return Architecture.AARCH64;
    }

    @Override
    public int elfMachine() {
        return EM_AARCH64;
    }

    @Override
    public byte[] interpreter(long firstStep, long failure) {
        Code code = new Code();
        code.address(STEP, firstStep);
        code.address(FAILURE, failure);
        int execute = code.position();
        code.load32(CALL_NUMBER, STEP, 0);
        for (int operand = 0; operand < Step.MAXIMUM_OPERANDS; operand++) {
            code.load64(operand, STEP, ProgramMemory.OPERANDS + operand * Cell.SIZE);
            code.load64(operand, operand, 0);
        }
        code.call();
        code.load64(SCRATCH, STEP, ProgramMemory.RESULT);
        code.store64(0, SCRATCH, 0);
        int toError = code.branchIfNegative(0);
        int toZero = code.branchIfZero(0);
        code.load64(STEP, STEP, ProgramMemory.IF_POSITIVE);
        code.branch(execute);
        code.land(toZero);
        int zero = code.position();
        code.load64(STEP, STEP, ProgramMemory.IF_ZERO);
        code.branch(execute);
        code.land(toError);
        code.load32(SCRATCH, STEP, ProgramMemory.TOLERATED);
        code.compareNegative32(SCRATCH, 0); // the result is -errno: their sum is zero when that one is tolerated
        code.branchIfEqual(zero);
        code.storePair64(STEP, 0, FAILURE);
        code.load64(STEP, STEP, ProgramMemory.IF_ERROR);
        code.branch(execute);
        return code.finish();
    }

    /**
     * Instructions as words. Each method is named by what it does, and by the instruction's title among the base instructions of
     * the A64 set in the Arm Architecture Reference Manual for A-profile (Arm DDI 0487, C6.2), where its encoding is drawn; the
     * registers are Rd, Rt = bits 0 to 4, Rn = bits 5 to 9, Rt2 = bits 10 to 14, Rm = bits 16 to 20.
     */
    private static final class Code {
        private final List<Integer> words = new ArrayList<>();

        /** MOVZ and MOVK, 64 bits: sf 10 100101 hw imm16 Rd and sf 11 100101 hw imm16 Rd, hw = 0 and 1. */
        void address(int register, long value) {
            if (value != (value & 0xffff_ffffL)) {
                throw new IllegalArgumentException("address 0x" + Long.toHexString(value) + " needs more than 32 bits");
            }
            words.add(0xd280_0000 | (int) (value & 0xffff) << 5 | register);
            words.add(0xf2a0_0000 | (int) (value >> 16) << 5 | register);
        }

        /** LDR (immediate), unsigned offset, 32 bits: 10 111001 01 imm12 Rn Rt, imm12 counts words. */
        void load32(int register, int base, int offset) {
            words.add(0xb940_0000 | scaled(offset, 4) << 10 | base << 5 | register);
        }

        /** LDR (immediate), unsigned offset, 64 bits: 11 111001 01 imm12 Rn Rt, imm12 counts double words. */
        void load64(int register, int base, int offset) {
            words.add(0xf940_0000 | scaled(offset, 8) << 10 | base << 5 | register);
        }

        /** STR (immediate), unsigned offset, 64 bits: 11 111001 00 imm12 Rn Rt. */
        void store64(int register, int base, int offset) {
            words.add(0xf900_0000 | scaled(offset, 8) << 10 | base << 5 | register);
        }

        /** STP, signed offset, 64 bits: 10 101 0 010 0 imm7 Rt2 Rn Rt, imm7 = 0. */
        void storePair64(int first, int second, int base) {
            words.add(0xa900_0000 | second << 10 | base << 5 | first);
        }

        /** SVC: 11010100 000 imm16 00001, imm16 = 0, which is all that Linux takes. */
        void call() {
            words.add(0xd400_0001);
        }

        /** CMN (shifted register), 32 bits, which is ADDS to WZR: 0 0 1 01011 shift 0 Rm imm6 Rn 11111, no shift. */
        void compareNegative32(int register, int other) {
            words.add(0x2b00_001f | other << 16 | register << 5);
        }

        /** TBNZ: b5 0110111 b40 imm14 Rt, bit 63. To a place ahead; the answer is for {@link #land}. */
        int branchIfNegative(int register) {
            words.add(0xb7f8_0000 | register);
            return position() - 1;
        }

        /** CBZ, 64 bits: sf 011010 0 imm19 Rt. To a place ahead; the answer is for {@link #land}. */
        int branchIfZero(int register) {
            words.add(0xb400_0000 | register);
            return position() - 1;
        }

        /** B.cond: 0101010 0 imm19 0 cond, cond = 0000, EQ. Back to a place. */
        void branchIfEqual(int target) {
            words.add(0x5400_0000 | ((target - position()) & 0x7_ffff) << 5);
        }

        /** B: 0 00101 imm26. Back to a place. */
        void branch(int target) {
            words.add(0x1400_0000 | ((target - position()) & 0x3ff_ffff));
        }

        /** Lets a branch lead to here. Its distance in words is below 64, so it fits imm14 and imm19, both from bit 5 on. */
        void land(int branch) {
            words.set(branch, words.get(branch) | (position() - branch) << 5);
        }

        /** Where the next instruction goes, counted in instructions, as the offsets of branches are. */
        int position() {
            return words.size();
        }

        private static int scaled(int offset, int size) {
            if (offset % size != 0 || offset < 0 || offset / size > 0xfff) {
                throw new AssertionError("no unsigned offset of " + size + " byte units: " + offset);
            }
            return offset / size;
        }

        /** Instructions are little endian, whatever data is. */
        byte[] finish() {
            ByteBuffer bytes = ByteBuffer.allocate(words.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            words.forEach(bytes::putInt);
            return bytes.array();
        }
    }
}
