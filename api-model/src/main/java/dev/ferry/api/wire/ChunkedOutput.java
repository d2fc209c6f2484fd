package dev.ferry.api.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a body in chunks (RFC 9112 section 7.1). {@link #close()} ends the body and leaves the stream below open. */
final class ChunkedOutput extends OutputStream {
    private static final byte[] END_OF_LINE = {'\r', '\n'};

    private final OutputStream out;
    private final byte[] buffer = new byte[64 * 1024];
    private int used;
    private boolean closed;

    ChunkedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        if (used == buffer.length) {
            flush();
        }
        buffer[used++] = (byte) b;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        if (length >= buffer.length) {
            flush();
            chunk(source, offset, length);
            return;
        }
        if (length > buffer.length - used) {
            flush();
        }
        System.arraycopy(source, offset, buffer, used, length);
        used += length;
    }

    @Override
    public void flush() throws IOException {
        if (used > 0) {
            int n = used;
            used = 0;
            chunk(buffer, 0, n);
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            flush();
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void chunk(byte[] source, int offset, int length) throws IOException {
        out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(source, offset, length);
        out.write(END_OF_LINE);
    }
}
