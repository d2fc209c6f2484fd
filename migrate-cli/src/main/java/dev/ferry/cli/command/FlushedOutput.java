package dev.ferry.cli.command;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Shows each piece of a container's output at once. */
final class FlushedOutput extends FilterOutputStream {
    FlushedOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
        out.flush();
    }
}
