package dev.ferry.runtime.spawn;

/**
 * A 64-bit word of a program's memory: a place for a step's result, and by its value an operand of later steps.
 *
 * <p>Any word of a block will do, aligned or not: the descriptor that pipe2(2) wrote at byte 4 of its pair is an operand
 * too, since the kernel looks at the lower 32 bits only where it expects a descriptor.
 */
public record Cell(Block block, int offset) implements Operand {
    /** Bytes of a cell. */
    public static final int SIZE = 8;

    public Cell {
        block.checkRange(offset, 1);
    }

    /** The cell's address, for calls that write into it or read from it. */
    public Operand.Address address() {
        return new Operand.Address(block, offset);
    }

    @Override
    public String describe() {
        return offset == 0 ? block.name() : block.name() + "[" + offset + "]";
    }

    @Override
    public String toString() {
        return describe();
    }
}
