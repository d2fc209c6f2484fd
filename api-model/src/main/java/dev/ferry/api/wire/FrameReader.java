package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Reads frames: {@code {stream, 0, 0, 0, length as 32 bit big-endian}} and the bytes. Not safe for several threads.
 */
public final class FrameReader {
    private static final int HEADER = 8;

    private final InputStream in;
    private final byte[] header = new byte[HEADER];
    private final byte[] buffer = new byte[32 * 1024];

    public FrameReader(InputStream in) {
        this.in = in;
    }

    /**
     * Copies frames to two outputs until the stream ends, flushing after each frame.
     *
     * @throws ProtocolViolation when a header names no stream or the stream ends inside a frame
     * @throws SystemErrorFrame when the engine reports an error in the stream
     */
    public void copy(OutputStream stdout, OutputStream stderr) throws IOException {
        while (true) {
            int n = in.readNBytes(header, 0, HEADER);
            if (n == 0) {
                return;
            }
            if (n < HEADER) {
                throw new ProtocolViolation("the stream ended inside a frame header");
            }
            int number = header[0];
            StreamKind kind = StreamKind.of(number)
                    .orElseThrow(() -> new ProtocolViolation("frame for stream " + number + ", which does not exist"));
            long length = ((header[4] & 0xffL) << 24)
                    | ((header[5] & 0xff) << 16)
                    | ((header[6] & 0xff) << 8)
                    | (header[7] & 0xff);
            switch (kind) {
                case STDIN, STDOUT -> pass(length, stdout);
                case STDERR -> pass(length, stderr);
                case SYSTEM_ERROR ->
                    throw new SystemErrorFrame(new String(
                            in.readNBytes((int) Math.min(length, 64 * 1024)), java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    private void pass(long length, OutputStream target) throws IOException {
        long left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new ProtocolViolation("the stream ended inside a frame, " + left + " bytes before its end");
            }
            target.write(buffer, 0, n);
            left -= n;
        }
        target.flush();
    }

    /** An error that the engine sent in place of output. */
    public static final class SystemErrorFrame extends IOException {
        private static final long serialVersionUID = 1;

        SystemErrorFrame(String text) {
            super(text.strip());
        }
    }
}
