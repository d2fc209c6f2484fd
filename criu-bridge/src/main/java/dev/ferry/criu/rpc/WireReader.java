package dev.ferry.criu.rpc;

import dev.ferry.criu.ProtocolBroken;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the fields of one protobuf message. {@code while (reader.next()) switch (reader.field())}: a field that is not read is skipped, so
 * messages of newer releases can be read.
 */
final class WireReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final byte[] message;
    private int at;
    private int field;
    private int type;
    private long number;
    private byte[] bytes = {};

    WireReader(byte[] message) {
        this.message = message;
    }

    /** Goes on to the next field. @return false at the end of the message */
    boolean next() throws ProtocolBroken {
        if (at == message.length) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        type = (int) (key & 7);
        if (field <= 0) {
            throw new ProtocolBroken("field number " + field + " at byte " + at);
        }
        switch (type) {
            case VARINT -> number = varint();
            case FIXED64 -> skip(8);
            case FIXED32 -> skip(4);
            case BYTES -> {
                long length = varint();
                if (length < 0 || length > message.length - at) {
                    throw new ProtocolBroken("field " + field + " claims " + length + " bytes of "
                            + (message.length - at) + " that are left");
                }
                bytes = Arrays.copyOfRange(message, at, at + (int) length);
                at += (int) length;
            }
            default -> throw new ProtocolBroken("wire type " + type + " of field " + field);
        }
        return true;
    }

    int field() {
        return field;
    }

    long number() throws ProtocolBroken {
        expect(VARINT);
        return number;
    }

    boolean flag() throws ProtocolBroken {
        return number() != 0;
    }

    String text() throws ProtocolBroken {
        expect(BYTES);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    WireReader message() throws ProtocolBroken {
        expect(BYTES);
        return new WireReader(bytes);
    }

    private void expect(int wanted) throws ProtocolBroken {
        if (type != wanted) {
            throw new ProtocolBroken("field " + field + " has wire type " + type + " instead of " + wanted);
        }
    }

    private void skip(int length) throws ProtocolBroken {
        if (length > message.length - at) {
            throw new ProtocolBroken("message ends inside field " + field);
        }
        at += length;
    }

    private long varint() throws ProtocolBroken {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (at == message.length) {
                throw new ProtocolBroken("message ends inside a number");
            }
            byte b = message[at++];
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new ProtocolBroken("number longer than ten bytes");
    }
}
