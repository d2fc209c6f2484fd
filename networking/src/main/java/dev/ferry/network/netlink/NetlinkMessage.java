package dev.ferry.network.netlink;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * One message to the kernel: {@code struct nlmsghdr}, a fixed part, attributes; everything begins at a multiple of four bytes. netlink(7)
 *
 * <p>Numbers are in the machine's byte order, except where netfilter wants that of the network.
 */
public final class NetlinkMessage {
    public static final int REQUEST = 0x1;
    public static final int ACKNOWLEDGE = 0x4;
    public static final int DUMP = 0x300;
    public static final int REPLACE = 0x100;
    public static final int EXCLUSIVE = 0x200;
    public static final int CREATE = 0x400;
    public static final int APPEND = 0x800;

    static final int HEADER = 16;
    private static final int ATTRIBUTE_HEADER = 4;
    private static final int NESTED = 0x8000;
    private static final int LONGEST_ATTRIBUTE = 0xffff;

    private final int type;
    private final int flags;
    private final String about;
    private final Attributes body;

    /**
     * A message without attributes yet.
     *
     * @param about what it asks for, in the words of an error text: {@code make bridge "ferry0"}
     */
    public NetlinkMessage(int type, int flags, String about, byte[] fixedPart) {
        this.type = type;
        this.flags = flags | REQUEST;
        this.about = about;
        this.body = new Attributes();
        body.raw(fixedPart);
    }

    /** Adds attributes. */
    public NetlinkMessage with(Consumer<Attributes> more) {
        more.accept(body);
        return this;
    }

    /** What it asks for. */
    public String about() {
        return about;
    }

    /** Its bytes. */
    byte[] bytes(int sequence, boolean acknowledged) {
        byte[] content = body.bytes();
        ByteBuffer out = ByteBuffer.allocate(HEADER + content.length).order(ByteOrder.nativeOrder());
        out.putInt(HEADER + content.length);
        out.putShort((short) type);
        out.putShort((short) (acknowledged ? flags | ACKNOWLEDGE : flags));
        out.putInt(sequence);
        out.putInt(0);
        out.put(content);
        return out.array();
    }

    /** A buffer for a fixed part, in the machine's byte order. */
    static ByteBuffer fixed(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    /** Attributes one after the other. Not safe for several threads. */
    public static final class Attributes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Attributes() {}

        private void raw(byte[] bytes) {
            out.writeBytes(bytes);
            pad();
        }

        /** A value of bytes as they are. */
        public Attributes bytes(int number, byte[] value) {
            header(number, value.length);
            out.writeBytes(value);
            pad();
            return this;
        }

        /** Text with the zero at its end. */
        public Attributes text(int number, String value) {
            byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
            byte[] ended = new byte[encoded.length + 1];
            System.arraycopy(encoded, 0, ended, 0, encoded.length);
            return bytes(number, ended);
        }

        /** A word in the machine's byte order. */
        public Attributes word(int number, int value) {
            return bytes(number, fixed(Integer.BYTES).putInt(value).array());
        }

        /** A word in the network's byte order, as netfilter has them. */
        public Attributes networkWord(int number, int value) {
            return bytes(
                    number, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
        }

        /** One byte. */
        public Attributes octet(int number, int value) {
            return bytes(number, new byte[] {(byte) value});
        }

        /** Attributes in an attribute. */
        public Attributes nested(int number, Consumer<Attributes> inner) {
            return nested(number, new byte[0], inner);
        }

        /** Attributes behind a fixed part in an attribute. */
        public Attributes nested(int number, byte[] fixedPart, Consumer<Attributes> inner) {
            Attributes content = new Attributes();
            content.raw(fixedPart);
            inner.accept(content);
            return bytes(number | NESTED, content.bytes());
        }

        private void header(int number, int length) {
            if (length + ATTRIBUTE_HEADER > LONGEST_ATTRIBUTE) {
                throw new IllegalArgumentException(
                        "an attribute of " + length + " bytes is too long; it must be sent in parts");
            }
            out.writeBytes(fixed(ATTRIBUTE_HEADER)
                    .putShort((short) (length + ATTRIBUTE_HEADER))
                    .putShort((short) number)
                    .array());
        }

        private void pad() {
            while (out.size() % 4 != 0) {
                out.write(0);
            }
        }

        private byte[] bytes() {
            return out.toByteArray();
        }
    }
}
