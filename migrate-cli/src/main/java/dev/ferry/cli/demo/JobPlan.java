package dev.ferry.cli.demo;

import java.util.zip.CRC32C;

/**
 * What the job's memory must hold at each step, as checksums: the job compares its memory with it, and the demonstration compares the
 * job's output with a plan of its own. Each step overwrites one block with numbers that follow from the step alone.
 */
final class JobPlan {
    /** Bytes in a block. */
    static final int BLOCK = 1 << 20;

    private final long[] checksums;
    private final byte[] scratch = new byte[BLOCK];
    private long step;

    JobPlan(int blocks) {
        checksums = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            fill(scratch, -1 - i);
            checksums[i] = checksum(scratch);
        }
    }

    /** The first content of a block. */
    static void fillFirst(byte[] block, int index) {
        fill(block, -1 - index);
    }

    /** The content that a step gives its block. */
    static void fillAt(byte[] block, long step) {
        fill(block, step);
    }

    /** Which block a step overwrites. */
    int blockOf(long step) {
        return (int) (step * 7 % checksums.length);
    }

    /** Goes one step on. */
    void advance() {
        step++;
        fill(scratch, step);
        checksums[blockOf(step)] = checksum(scratch);
    }

    long step() {
        return step;
    }

    long checksumOf(int block) {
        return checksums[block];
    }

    /** One number for the whole memory. */
    long total() {
        long total = 17;
        for (long checksum : checksums) {
            total = total * 31 + checksum;
        }
        return total;
    }

    static long checksum(byte[] block) {
        CRC32C crc = new CRC32C();
        crc.update(block);
        return crc.getValue();
    }

    /** SplitMix64 from a seed; no page of it is empty or like another, so nothing can be shared or left out. */
    private static void fill(byte[] block, long seed) {
        long state = seed * 0x9e3779b97f4a7c15L;
        for (int i = 0; i < block.length; i += Long.BYTES) {
            state += 0x9e3779b97f4a7c15L;
            long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
            z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
            z ^= z >>> 31;
            for (int b = 0; b < Long.BYTES; b++) {
                block[i + b] = (byte) (z >>> (8 * b));
            }
        }
    }
}
