package dev.ferry.engine.http;

import dev.ferry.engine.log.FrameSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** How output travels on a hijacked connection: bare with a terminal, else in docker's frames {@code {stream,0,0,0,length BE32}}. */
public final class RawStream {

    /** Content type of bare bytes. */
    public static final String RAW = "application/vnd.docker.raw-stream";

    /** Content type of frames. */
    public static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

    private static final int HEADER = 8;

    private RawStream() {}

    /** Whether the client's version knows the second content type. */
    public static String contentType(boolean tty, boolean knowsMultiplexed) {
        return tty || !knowsMultiplexed ? RAW : MULTIPLEXED;
    }

    /** A sink that writes onto a connection, each piece in one write. */
    public static FrameSink sink(OutputStream out, boolean tty) {
        if (tty) {
            return (stream, bytes) -> out.write(bytes);
        }
        return (stream, bytes) -> {
            byte[] framed = new byte[HEADER + bytes.length];
            ByteBuffer.wrap(framed)
                    .put((byte) stream)
                    .put(new byte[3])
                    .putInt(bytes.length)
                    .put(bytes);
            write(out, framed);
        };
    }

    private static void write(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
    }
}
