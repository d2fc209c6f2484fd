package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;

/** Reads a body of known length. */
final class FixedInput extends InputStream {
    private final InputStream in;
    private long left;

    FixedInput(InputStream in, long length) {
        this.in = in;
        this.left = length;
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
        if (left == 0) {
            return -1;
        }
        int n = in.read(target, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new ProtocolViolation("the connection ended " + left + " bytes before the end of the answer");
        }
        left -= n;
        return n;
    }

    boolean isAtEnd() {
        return left == 0;
    }
}
