package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A connection that has become a raw stream in each direction. One thread may read while another writes. */
public final class Hijacked implements AutoCloseable {
    /** Content type of a stream that is cut into frames. */
    public static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

    /** Content type of a stream without frames. */
    public static final String RAW = "application/vnd.docker.raw-stream";

    private final Headers headers;
    private final ChannelStreams streams;

    Hijacked(Headers headers, ChannelStreams streams) {
        this.headers = headers;
        this.streams = streams;
    }

    public Headers headers() {
        return headers;
    }

    public InputStream in() {
        return streams.in();
    }

    /** Unbuffered. Closing it is {@link #closeOutput()}. */
    public OutputStream out() {
        return streams.out();
    }

    /** Tells the other side that no more is coming; its output can still be read. */
    public void closeOutput() throws IOException {
        streams.closeOutput();
    }

    @Override
    public void close() throws IOException {
        streams.close();
    }
}
