package dev.ferry.runtime.systemd;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Values as bytes. D-Bus Specification, "Marshaling (Wire Format)": everything lies at a multiple of its size, counted from the beginning. */
final class Wire {
    static final int LONGEST_SIGNATURE = 255;
    private static final int LARGEST_ARRAY = 1 << 26;
    private static final int DEEPEST = 32;

    private Wire() {}

    /** Writes in the order of this machine's family, little endian. */
    static final class Writer {
        private ByteBuffer bytes = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

        byte[] bytes() {
            return Arrays.copyOf(bytes.array(), bytes.position());
        }

        /** What lies between is zero. */
        void align(int size) {
            int padding = -bytes.position() & (size - 1);
            room(padding);
            bytes.position(bytes.position() + padding);
        }

        void put(Value value) {
            align(alignment(value.signature().charAt(0)));
            switch (value) {
                case Value.Bool bool -> number(4, bool.value() ? 1 : 0);
                case Value.Whole whole -> number(alignment(whole.type()), whole.value());
                case Value.Real real -> number(8, Double.doubleToRawLongBits(real.value()));
                case Value.Text text -> text(text);
                case Value.Array array -> array(array);
                case Value.Struct struct -> struct.values().forEach(this::put);
                case Value.Variant variant -> {
                    text(new Value.Text('g', variant.value().signature()));
                    put(variant.value());
                }
            }
        }

        private void text(Value.Text text) {
            byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
            number(text.type() == 'g' ? 1 : 4, utf8.length);
            room(utf8.length + 1);
            bytes.put(utf8).put((byte) 0);
        }

        private void array(Value.Array array) {
            int length = bytes.position();
            number(4, 0);
            // this padding does not count, even in front of nothing
            align(alignment(array.element().charAt(0)));
            int begin = bytes.position();
            array.values().forEach(this::put);
            bytes.putInt(length, bytes.position() - begin);
        }

        private void number(int size, long value) {
            room(size);
            switch (size) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                case 4 -> bytes.putInt((int) value);
                default -> bytes.putLong(value);
            }
        }

        private void room(int size) {
            if (bytes.remaining() < size) {
                ByteBuffer larger =
                        ByteBuffer.allocate(2 * bytes.capacity() + size).order(ByteOrder.LITTLE_ENDIAN);
                bytes = larger.put(bytes.flip());
            }
        }
    }

    /** Reads in either order. */
    static final class Reader {
        private final ByteBuffer bytes;

        Reader(byte[] bytes, ByteOrder order) {
            this.bytes = ByteBuffer.wrap(bytes).order(order);
        }

        void align(int size) throws BusUnusable {
            int position = bytes.position() + (-bytes.position() & (size - 1));
            if (position > bytes.limit()) {
                throw garbled("ends within a value");
            }
            bytes.position(position);
        }

        /** The values of a signature with several types. */
        List<Value> all(String signature) throws BusUnusable {
            List<Value> values = new ArrayList<>();
            for (int at = 0; at < signature.length(); ) {
                int end = end(signature, at, 0);
                values.add(value(signature.substring(at, end), 0));
                at = end;
            }
            return values;
        }

        private Value value(String type, int depth) throws BusUnusable {
            if (depth > DEEPEST) {
                throw garbled("nests values more than " + DEEPEST + " times");
            }
            align(alignment(type.charAt(0)));
            try {
                return switch (type.charAt(0)) {
                    case 'b' -> new Value.Bool(bytes.getInt() != 0);
                    case 'y' -> new Value.Whole('y', bytes.get() & 0xff);
                    case 'n' -> new Value.Whole('n', bytes.getShort());
                    case 'q' -> new Value.Whole('q', bytes.getShort() & 0xffff);
                    case 'i' -> new Value.Whole('i', bytes.getInt());
                    case 'u' -> new Value.Whole('u', bytes.getInt() & 0xffff_ffffL);
                    case 'x', 't' -> new Value.Whole(type.charAt(0), bytes.getLong());
                    case 'd' -> new Value.Real(bytes.getDouble());
                    case 's', 'o' -> new Value.Text(type.charAt(0), text(bytes.getInt()));
                    case 'g' -> new Value.Text('g', text(bytes.get() & 0xff));
                    case 'a' -> array(type.substring(1), depth);
                    case '(' -> {
                        List<Value> values = new ArrayList<>();
                        for (int at = 1; at < type.length() - 1; ) {
                            int end = end(type, at, depth);
                            values.add(value(type.substring(at, end), depth + 1));
                            at = end;
                        }
                        yield new Value.Struct(values);
                    }
                    case 'v' -> {
                        String inner = text(bytes.get() & 0xff);
                        if (inner.isEmpty() || end(inner, 0, depth) != inner.length()) {
                            throw garbled("has a variant of the type \"" + inner + "\"");
                        }
                        yield new Value.Variant(value(inner, depth + 1));
                    }
                    default -> throw unknown(type.charAt(0));
                };
            } catch (BufferUnderflowException e) {
                throw garbled("ends within a value");
            } catch (IllegalArgumentException e) {
                throw garbled(String.valueOf(e.getMessage()));
            }
        }

        private String text(int length) throws BusUnusable {
            if (length < 0 || length >= bytes.remaining()) {
                throw garbled("has a string that is longer than the message");
            }
            byte[] utf8 = new byte[length];
            bytes.get(utf8);
            if (bytes.get() != 0) {
                throw garbled("has a string without an end");
            }
            return new String(utf8, StandardCharsets.UTF_8);
        }

        private Value array(String element, int depth) throws BusUnusable {
            int length = bytes.getInt();
            if (length < 0 || length > LARGEST_ARRAY) {
                throw garbled("has an array of %d bytes".formatted(length & 0xffff_ffffL));
            }
            align(alignment(element.charAt(0)));
            int end = bytes.position() + length;
            if (end > bytes.limit()) {
                throw garbled("has an array that is longer than the message");
            }
            List<Value> values = new ArrayList<>();
            while (bytes.position() < end) {
                values.add(value(element, depth + 1));
            }
            if (bytes.position() != end) {
                throw garbled("has an array that ends within a value");
            }
            return new Value.Array(element, values);
        }
    }

    /** Where the one type ends that begins there. */
    static int end(String signature, int at, int depth) throws BusUnusable {
        if (at >= signature.length() || depth > DEEPEST) {
            throw garbled("has the signature \"" + signature + "\"");
        }
        return switch (signature.charAt(at)) {
            case 'a' -> end(signature, at + 1, depth + 1);
            case '(' -> {
                int next = at + 1;
                while (next < signature.length() && signature.charAt(next) != ')') {
                    next = end(signature, next, depth + 1);
                }
                if (next == at + 1 || next >= signature.length()) {
                    throw garbled("has the signature \"" + signature + "\"");
                }
                yield next + 1;
            }
            default -> at + 1;
        };
    }

    /** Those that this runtime does not know are never laid out. */
    private static int alignment(char type) {
        return switch (type) {
            case 'n', 'q' -> 2;
            case 'b', 'i', 'u', 's', 'o', 'a' -> 4;
            case 'x', 't', 'd', '(' -> 8;
            default -> 1;
        };
    }

    private static BusUnusable unknown(char type) {
        return garbled("has a value of the type '" + type + "'");
    }

    static BusUnusable garbled(String how) {
        return new BusUnusable(
                "a message from D-Bus cannot be read: it %s; see who listens at the address".formatted(how), null);
    }
}
