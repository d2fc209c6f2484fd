package dev.ferry.api.wire;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Tells failures of the connection from failures of whoever makes the bytes. */
final class WriteFailures extends FilterOutputStream {
    /** The peer takes no more bytes. */
    static final class PeerGone extends IOException {
        private static final long serialVersionUID = 1;

        PeerGone(IOException cause) {
            super("the engine closed the connection during an upload: " + cause.getMessage(), cause);
        }
    }

    WriteFailures(OutputStream out) {
        super(out);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        try {
            out.write(source, offset, length);
        } catch (IOException e) {
            throw new PeerGone(e);
        }
    }
}
