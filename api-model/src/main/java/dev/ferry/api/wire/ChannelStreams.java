package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;

/**
 * Streams over a socket channel that may be used in both directions at the same time.
 *
 * <p>The JDK's own adapters are avoided because a buffer of what was read with the header has to be shared with the raw stream
 * that follows a hijack.
 */
final class ChannelStreams implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteBuffer pending = ByteBuffer.allocateDirect(32 * 1024).flip();
    private final InputStream in = new In();
    private final OutputStream out = new Out();

    ChannelStreams(SocketChannel channel) {
        this.channel = channel;
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    void closeOutput() throws IOException {
        try {
            channel.shutdownOutput();
        } catch (ClosedChannelException e) {
            // the other side was faster: nothing left to tell
        }
    }

    /** Whether the peer has neither closed nor said anything since its last answer: only then is a connection used again. */
    boolean isQuiet() {
        if (pending.hasRemaining() || !channel.isOpen()) {
            return false;
        }
        try {
            channel.configureBlocking(false);
            ByteBuffer probe = ByteBuffer.allocate(1);
            boolean quiet = channel.read(probe) == 0;
            channel.configureBlocking(true);
            return quiet;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private final class In extends InputStream {
        @Override
        public int read() throws IOException {
            return fill() ? pending.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(length, pending.remaining());
            pending.get(target, offset, n);
            return n;
        }

        @Override
        public int available() {
            return pending.remaining();
        }

        private boolean fill() throws IOException {
            if (pending.hasRemaining()) {
                return true;
            }
            pending.clear();
            try {
                int n = channel.read(pending);
                pending.flip();
                return n > 0;
            } catch (IOException e) {
                pending.flip();
                throw e;
            }
        }
    }

    private final class Out extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(source, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public void close() throws IOException {
            closeOutput();
        }
    }
}
