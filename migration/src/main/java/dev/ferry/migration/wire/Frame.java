package dev.ferry.migration.wire;

import dev.ferry.migration.protocol.Chunk;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What goes over the connection, one after the other. Big endian:
 *
 * <pre>
 *   u8   kind: 0x10 hello, 0x11 request, 0x12 reply, 0x13 chunk, 0x14 beat
 *   u32  length of the body, with a limit for each kind
 *   ...  body:  hello     JSON
 *               request   u64 number, JSON
 *               reply     u64 number, JSON
 *               chunk     u16 length, migration; u16 length, stream; u64 offset; bytes
 *               beat      nothing
 * </pre>
 */
final class Frame {
    static final int HEADER = 5;
    /** Room for the fields of a chunk before its bytes. */
    static final int CHUNK_FIELDS = 2 + 64 + 2 + 512 + 8;

    private static final int TEXT = 4 << 20;
    private static final int NUMBER = 8;

    /** What a frame is. */
    enum Kind {
        HELLO(0x10, 64 << 10),
        REQUEST(0x11, TEXT),
        REPLY(0x12, TEXT),
        CHUNK(0x13, CHUNK_FIELDS + Chunk.MAXIMUM),
        BEAT(0x14, 0);

        private final int code;
        private final int limit;

        Kind(int code, int limit) {
            this.code = code;
            this.limit = limit;
        }

        static Kind of(int code) throws IOException {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IOException("no frame begins with " + code);
        }
    }

    private final Kind kind;
    private final ByteBuffer body;

    private Frame(Kind kind, ByteBuffer body) {
        this.kind = kind;
        this.body = body;
    }

    Kind kind() {
        return kind;
    }

    /** Text without a number. */
    static ByteBuffer text(Kind kind, String json) throws IOException {
        return finish(kind, ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
    }

    static ByteBuffer text(Kind kind, long number, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return finish(
                kind,
                ByteBuffer.allocate(NUMBER + bytes.length)
                        .putLong(number)
                        .put(bytes)
                        .flip());
    }

    static ByteBuffer beat() {
        return ByteBuffer.allocate(HEADER).put((byte) Kind.BEAT.code).putInt(0).flip();
    }

    private static ByteBuffer finish(Kind kind, ByteBuffer body) throws IOException {
        if (body.remaining() > kind.limit) {
            throw new IOException("a " + kind + " of " + body.remaining() + " bytes; at most " + kind.limit);
        }
        return ByteBuffer.allocate(HEADER + body.remaining())
                .put((byte) kind.code)
                .putInt(body.remaining())
                .put(body)
                .flip();
    }

    /** The header and the fields of a chunk; its bytes follow. */
    static ByteBuffer chunk(Chunk chunk) throws IOException {
        byte[] migration = chunk.migration().getBytes(StandardCharsets.UTF_8);
        byte[] stream = chunk.stream().getBytes(StandardCharsets.UTF_8);
        int size = chunk.bytes().remaining();
        if (migration.length > 64 || stream.length > 512 || size > Chunk.MAXIMUM) {
            throw new IOException("a chunk of " + size + " bytes of stream \"" + chunk.stream() + "\" is too long");
        }
        int fields = 2 + migration.length + 2 + stream.length + 8;
        return ByteBuffer.allocate(HEADER + fields)
                .put((byte) Kind.CHUNK.code)
                .putInt(fields + size)
                .putShort((short) migration.length)
                .put(migration)
                .putShort((short) stream.length)
                .put(stream)
                .putLong(chunk.offset())
                .flip();
    }

    /**
     * Reads the next frame, its body into {@code buffer} where that is large enough.
     *
     * @throws IOException also when it is none, or longer than its kind may be
     */
    static Frame read(DataInputStream in, byte[] buffer) throws IOException {
        Kind kind = Kind.of(in.readUnsignedByte());
        int length = in.readInt();
        if (length < 0 || length > kind.limit) {
            throw new IOException(
                    "a " + kind + " of " + Integer.toUnsignedString(length) + " bytes; at most " + kind.limit);
        }
        byte[] body = length <= buffer.length ? buffer : new byte[length];
        in.readFully(body, 0, length);
        return new Frame(kind, ByteBuffer.wrap(body, 0, length));
    }

    /** The number of a request or reply; reads on behind it. */
    long number() throws IOException {
        require(NUMBER);
        return body.getLong();
    }

    /** The rest as text. */
    String text() {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** A chunk whose bytes are those of the buffer that was read into. */
    Chunk chunk() throws IOException {
        String migration = name(64);
        String stream = name(512);
        require(8);
        long offset = body.getLong();
        if (offset < 0 || body.remaining() > Chunk.MAXIMUM) {
            throw new IOException("a chunk of " + body.remaining() + " bytes at " + offset);
        }
        return new Chunk(migration, stream, offset, body.slice());
    }

    private String name(int most) throws IOException {
        require(2);
        int length = Short.toUnsignedInt(body.getShort());
        if (length > most) {
            throw new IOException("a name of " + length + " bytes; at most " + most);
        }
        require(length);
        byte[] bytes = new byte[length];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void require(int bytes) throws IOException {
        if (body.remaining() < bytes) {
            throw new IOException("a " + kind + " ends in the middle");
        }
    }
}
