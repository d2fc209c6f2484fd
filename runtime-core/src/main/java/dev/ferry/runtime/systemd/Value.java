package dev.ferry.runtime.systemd;

import java.util.List;
import java.util.stream.Collectors;

/** A value that D-Bus can carry. D-Bus Specification, "Type System"; dictionaries are not among them, since no method here has one. */
sealed interface Value {
    /** Its type, as the specification writes it. */
    String signature();

    /** {@code boolean}. */
    record Bool(boolean value) implements Value {
        @Override
        public String signature() {
            return "b";
        }
    }

    /**
     * A whole number.
     *
     * @param type one of {@code y n q i u x t}: a byte, then signed and unsigned ones of 16, 32 and 64 bits
     * @param value its bits where it is unsigned and of 64
     */
    record Whole(char type, long value) implements Value {
        public Whole {
            boolean fits = switch (type) {
                case 'y' -> value >>> 8 == 0;
                case 'n' -> value == (short) value;
                case 'q' -> value >>> 16 == 0;
                case 'i' -> value == (int) value;
                case 'u' -> value >>> 32 == 0;
                case 'x', 't' -> true;
                default -> throw new IllegalArgumentException("D-Bus has no whole numbers of type " + type);
            };
            if (!fits) {
                throw new IllegalArgumentException(
                        "%d does not fit into a D-Bus number of type %c".formatted(value, type));
            }
        }

        @Override
        public String signature() {
            return String.valueOf(type);
        }
    }

    /** {@code double}. */
    record Real(double value) implements Value {
        @Override
        public String signature() {
            return "d";
        }
    }

    /**
     * Characters.
     *
     * @param type {@code s}; {@code o} for the path of an object, {@code g} for a signature
     */
    record Text(char type, String value) implements Value {
        public Text {
            if (value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("D-Bus has no strings with a zero byte");
            }
            if (type == 'g' && value.length() > Wire.LONGEST_SIGNATURE) {
                throw new IllegalArgumentException("a D-Bus signature has at most 255 characters");
            }
        }

        @Override
        public String signature() {
            return String.valueOf(type);
        }
    }

    /**
     * Values of one type.
     *
     * @param element their signature
     */
    record Array(String element, List<Value> values) implements Value {
        public Array {
            values = List.copyOf(values);
            for (Value value : values) {
                if (!value.signature().equals(element)) {
                    throw new IllegalArgumentException(
                            "an array of \"%s\" holds no \"%s\"".formatted(element, value.signature()));
                }
            }
        }

        @Override
        public String signature() {
            return "a" + element;
        }
    }

    /** Values of several types. */
    record Struct(List<Value> values) implements Value {
        public Struct {
            values = List.copyOf(values);
        }

        @Override
        public String signature() {
            return values.stream().map(Value::signature).collect(Collectors.joining("", "(", ")"));
        }
    }

    /** A value that brings its type along. */
    record Variant(Value value) implements Value {
        @Override
        public String signature() {
            return "v";
        }
    }

    static Value text(String value) {
        return new Text('s', value);
    }

    /** A number of 64 bits without a sign, −1 for the greatest. */
    static Value size(long value) {
        return new Whole('t', value);
    }

    static Value flag(boolean value) {
        return new Bool(value);
    }

    static Value struct(Value... values) {
        return new Struct(List.of(values));
    }
}
