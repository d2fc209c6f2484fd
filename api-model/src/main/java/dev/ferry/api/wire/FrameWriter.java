package dev.ferry.api.wire;

import java.io.IOException;
import java.io.OutputStream;

/** Writes frames as {@link FrameReader} reads them, one write to the stream below for each. Not safe for several threads. */
public final class FrameWriter {
    private static final int HEADER = 8;

    private final OutputStream out;

    public FrameWriter(OutputStream out) {
        this.out = out;
    }

    public void write(StreamKind kind, byte[] source, int offset, int length) throws IOException {
        byte[] frame = new byte[HEADER + length];
        frame[0] = (byte) kind.number();
        frame[4] = (byte) (length >>> 24);
        frame[5] = (byte) (length >>> 16);
        frame[6] = (byte) (length >>> 8);
        frame[7] = (byte) length;
        System.arraycopy(source, offset, frame, HEADER, length);
        out.write(frame);
    }
}
