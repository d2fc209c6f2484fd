package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;

/** Reads a body in chunks (RFC 9112 section 7.1) and stops behind its end; trailers are skipped. */
final class ChunkedInput extends InputStream {
    private final InputStream in;
    private long left;
    private boolean first = true;
    private boolean ended;

    ChunkedInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int n = in.read(target, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new ProtocolViolation("the connection ended inside a chunk, " + left + " bytes before its end");
        }
        left -= n;
        return n;
    }

    boolean isAtEnd() {
        return ended;
    }

    private void nextChunk() throws IOException {
        if (!first && !HeaderReader.line(in).isEmpty()) {
            throw new ProtocolViolation("a chunk is longer than it said");
        }
        first = false;
        String size = HeaderReader.line(in);
        int end = size.indexOf(';');
        String digits = (end < 0 ? size : size.substring(0, end)).strip();
        if (!digits.matches("[0-9a-fA-F]{1,15}")) {
            throw new ProtocolViolation("chunk size '" + digits + "' is not a hexadecimal number");
        }
        left = Long.parseLong(digits, 16);
        if (left == 0) {
            while (!HeaderReader.line(in).isEmpty()) {
                // a trailer field: nothing here needs them
            }
            ended = true;
        }
    }
}
