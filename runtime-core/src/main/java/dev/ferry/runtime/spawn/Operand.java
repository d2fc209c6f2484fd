package dev.ferry.runtime.spawn;

/** What a step passes to the kernel in one of its six argument registers. */
public sealed interface Operand permits Operand.Constant, Operand.Address, Operand.Text, Cell {

    /** How the listing shows it. */
    String describe();

    /** A number that is known when the program is built. */
    record Constant(long value) implements Operand {
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
        public String describe() {
            return "\"" + text.replace("\n", "\\n") + "\"";
        }
    }
}
