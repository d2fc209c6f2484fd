package dev.ferry.runtime.spawn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * A named run of bytes in a program's memory: a struct that the kernel reads, a buffer that it fills.
 *
 * <p>Filled while the program is being built; whatever is put here afterwards does not reach a program that was built
 * before. A block that nothing was put into costs no space in the image. Little endian, as both architectures are.
 */
public final class Block {
    private final String name;
    private final int size;
    private final ByteBuffer contents;
    private final TreeMap<Integer, Operand> pointers = new TreeMap<>();
    private boolean touched;

    Block(String name, int size) {
        if (size <= 0) {
            throw new IllegalArgumentException("block \"" + name + "\" has no size: " + size);
        }
        this.name = name;
        this.size = size;
        this.contents = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What the listing calls it. */
    public String name() {
        return name;
    }

    /** Its length in bytes. */
    public int size() {
        return size;
    }

    /** The word at a byte offset, as an operand or a place for a result. */
    public Cell cell(int offset) {
        return new Cell(this, offset);
    }

    /** The address of the byte at an offset. */
    public Operand.Address address(int offset) {
        return new Operand.Address(this, offset);
    }

    /** Writes eight bytes. */
    public Block putLong(int offset, long value) {
        touched |= value != 0;
        contents.putLong(offset, value);
        return this;
    }

    /** Writes four bytes. */
    public Block putInt(int offset, int value) {
        touched |= value != 0;
        contents.putInt(offset, value);
        return this;
    }

    /** Writes two bytes. */
    public Block putShort(int offset, int value) {
        touched |= value != 0;
        contents.putShort(offset, (short) value);
        return this;
    }

    /** Writes one byte. */
    public Block putByte(int offset, int value) {
        touched |= value != 0;
        contents.put(offset, (byte) value);
        return this;
    }

    /** Writes bytes as they are. */
    public Block putBytes(int offset, byte[] bytes) {
        touched = true;
        contents.put(offset, bytes);
        return this;
    }

    /** Writes a pointer to another block, or to itself. */
    public Block putAddress(int offset, Block target) {
        return putAddress(offset, target.address(0));
    }

    /** Writes a pointer to a place in the program's memory. */
    public Block putAddress(int offset, Operand.Address target) {
        checkRange(offset, Cell.SIZE);
        touched = true;
        pointers.put(offset, target);
        return this;
    }

    /** Writes a pointer to a C string. */
    public Block putAddress(int offset, String text) {
        checkRange(offset, Cell.SIZE);
        touched = true;
        pointers.put(offset, new Operand.Text(text));
        return this;
    }

    void checkRange(int offset, int length) {
        if (offset < 0 || offset + length > size) {
            throw new IndexOutOfBoundsException(
                    "byte " + offset + " is outside of block \"" + name + "\" of " + size + " bytes");
        }
    }

    /** Whether it starts as zeros, which need no room in the image. */
    boolean startsAsZeros() {
        return !touched;
    }

    byte[] copyOfContents() {
        return contents.array().clone();
    }

    Map<Integer, Operand> pointers() {
        return pointers;
    }

    @Override
    public String toString() {
        return name;
    }
}
