package dev.ferry.runtime.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One message. D-Bus Specification, "Message Format":
 *
 * <pre>
 *   byte order 'l' or 'B', kind, flags, version 1
 *   u length of the body, u serial
 *   a(yv) fields, padding to 8
 *   body
 * </pre>
 *
 * @param replyTo the serial of what it answers; 0 for none
 * @param body empty also where it is of no use to this runtime, see {@link #read}
 */
record Message(
        Kind kind,
        int serial,
        int replyTo,
        @Nullable String path,
        @Nullable String interfaceName,
        @Nullable String member,
        @Nullable String errorName,
        @Nullable String destination,
        List<Value> body) {
    /** A greater one is none of those that this runtime asks for. */
    static final int LARGEST = 1 << 20;

    static final int FIXED = 16;

    private static final int PATH = 1;
    private static final int INTERFACE = 2;
    private static final int MEMBER = 3;
    private static final int ERROR_NAME = 4;
    private static final int REPLY_SERIAL = 5;
    private static final int DESTINATION = 6;
    private static final int SIGNATURE = 8;

    /** What a message is. */
    enum Kind {
        CALL(1),
        RETURN(2),
        ERROR(3),
        SIGNAL(4),
        /** To be ignored, says the specification. */
        OTHER(0);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static Kind of(long number) {
            for (Kind kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            return OTHER;
        }
    }

    Message {
        body = List.copyOf(body);
    }

    /** A method to be called. */
    static Message call(
            int serial, String destination, String path, String interfaceName, String member, List<Value> arguments) {
        return new Message(Kind.CALL, serial, 0, path, interfaceName, member, null, destination, arguments);
    }

    byte[] bytes() {
        Wire.Writer body = new Wire.Writer();
        StringBuilder signature = new StringBuilder();
        for (Value value : body()) {
            signature.append(value.signature());
            body.put(value);
        }
        List<Value> fields = new ArrayList<>();
        add(fields, PATH, 'o', path);
        add(fields, INTERFACE, 's', interfaceName);
        add(fields, MEMBER, 's', member);
        add(fields, ERROR_NAME, 's', errorName);
        if (replyTo != 0) {
            fields.add(field(REPLY_SERIAL, new Value.Whole('u', replyTo)));
        }
        add(fields, DESTINATION, 's', destination);
        if (!body().isEmpty()) {
            add(fields, SIGNATURE, 'g', signature.toString());
        }
        byte[] bodyBytes = body.bytes();
        Wire.Writer whole = new Wire.Writer();
        for (int octet : new int[] {'l', kind.number, 0, 1}) {
            whole.put(new Value.Whole('y', octet));
        }
        whole.put(new Value.Whole('u', bodyBytes.length));
        whole.put(new Value.Whole('u', serial));
        whole.put(new Value.Array("(yv)", fields));
        whole.align(8);
        byte[] head = whole.bytes();
        return ByteBuffer.allocate(head.length + bodyBytes.length)
                .put(head)
                .put(bodyBytes)
                .array();
    }

    private static void add(List<Value> fields, int code, char type, @Nullable String text) {
        if (text != null) {
            fields.add(field(code, new Value.Text(type, text)));
        }
    }

    private static Value field(int code, Value value) {
        return Value.struct(new Value.Whole('y', code), new Value.Variant(value));
    }

    /** How many bytes the message has that begins there; empty until that can be told. */
    static OptionalInt length(ByteBuffer begin) throws BusUnusable {
        if (begin.remaining() < FIXED) {
            return OptionalInt.empty();
        }
        ByteBuffer ordered = begin.slice().order(order(begin.get(begin.position())));
        long fields = ordered.getInt(12) & 0xffff_ffffL;
        long body = ordered.getInt(4) & 0xffff_ffffL;
        long whole = FIXED + (fields + 7 & -8) + body;
        if (whole > LARGEST) {
            throw Wire.garbled("has %d bytes".formatted(whole));
        }
        return OptionalInt.of((int) whole);
    }

    private static ByteOrder order(byte mark) throws BusUnusable {
        return switch (mark) {
            case 'l' -> ByteOrder.LITTLE_ENDIAN;
            case 'B' -> ByteOrder.BIG_ENDIAN;
            default -> throw Wire.garbled("has the byte order %d".formatted(mark));
        };
    }

    /** Reads a whole message; the body of a signal that nobody here waits for may be anything, so it is read only on demand. */
    static Message read(byte[] bytes, Wanted wanted) throws BusUnusable {
        ByteOrder order = order(bytes[0]);
        Wire.Reader reader = new Wire.Reader(bytes, order);
        List<Value> head = reader.all("yyyyuua(yv)");
        reader.align(8);
        if (number(head.get(3)) != 1) {
            throw Wire.garbled("is of version %d of the protocol".formatted(number(head.get(3))));
        }
        Fields fields = new Fields(((Value.Array) head.get(6)).values());
        Message message = new Message(
                Kind.of(number(head.get(1))),
                (int) number(head.get(5)),
                fields.number(REPLY_SERIAL),
                fields.text(PATH),
                fields.text(INTERFACE),
                fields.text(MEMBER),
                fields.text(ERROR_NAME),
                fields.text(DESTINATION),
                List.of());
        String signature = fields.text(SIGNATURE);
        return signature == null || !wanted.test(message) ? message : message.withBody(reader.all(signature));
    }

    /** Whether a message's body is of use. */
    @FunctionalInterface
    interface Wanted {
        boolean test(Message withoutBody);
    }

    private Message withBody(List<Value> values) {
        return new Message(kind, serial, replyTo, path, interfaceName, member, errorName, destination, values);
    }

    private static long number(Value value) {
        return ((Value.Whole) value).value();
    }

    private record Fields(List<Value> all) {
        Optional<Value> find(int code) {
            for (Value field : all) {
                List<Value> parts = ((Value.Struct) field).values();
                if (Message.number(parts.get(0)) == code) {
                    return Optional.of(((Value.Variant) parts.get(1)).value());
                }
            }
            return Optional.empty();
        }

        @Nullable
        String text(int code) throws BusUnusable {
            Optional<Value> found = find(code);
            if (found.isEmpty()) {
                return null;
            }
            if (found.get() instanceof Value.Text text) {
                return text.value();
            }
            throw Wire.garbled("has a field %d of the type \"%s\""
                    .formatted(code, found.get().signature()));
        }

        int number(int code) throws BusUnusable {
            Optional<Value> found = find(code);
            if (found.isEmpty()) {
                return 0;
            }
            if (found.get() instanceof Value.Whole whole && whole.type() == 'u') {
                return (int) whole.value();
            }
            throw Wire.garbled("has a field %d of the type \"%s\""
                    .formatted(code, found.get().signature()));
        }
    }

    /** The text at that place of the body. */
    String textAt(int place) throws BusUnusable {
        if (place < body.size() && body.get(place) instanceof Value.Text text) {
            return text.value();
        }
        throw Wire.garbled("has no text at place %d of its body".formatted(place));
    }
}
