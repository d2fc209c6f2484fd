package dev.ferry.runtime.spawn;

import org.jspecify.annotations.Nullable;

/** What a step passes to the kernel in one of its six argument registers. */
public sealed interface Operand permits Operand.Constant, Operand.Address, Operand.Text, Cell {

    /** How the listing shows it. */
    String describe();

    /** A number that is known when the program is built. */
    record Constant(long value) implements Operand {
        // by hand, here and below: the generated ones are made by method handles at their first use, milliseconds each
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Constant that && value == that.value;
        }

        @Override
        public int hashCode() {
            return (int) (value ^ value >>> 32);
        }

        @Override
        public String describe() {
            return value > 0xffff ? "0x" + Long.toHexString(value) : Long.toString(value);
        }
    }

    /** The address of a place in the program's memory. */
    record Address(Block block, int offset) implements Operand {
        public Address {
            block.checkRange(offset, 0);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Address that && offset == that.offset && block.equals(that.block);
        }

        @Override
        public int hashCode() {
            return 31 * block.hashCode() + offset;
        }

        @Override
        public String describe() {
            return "&" + block.name() + (offset == 0 ? "" : "+" + offset);
        }
    }

    /** The address of a C string. */
    record Text(String text) implements Operand {
        public Text {
            if (text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a C string can not hold a zero byte: \"" + text + "\"");
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text that && text.equals(that.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String describe() {
            return "\"" + text.replace("\n", "\\n") + "\"";
        }
    }
}
