package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;

/** An answer whose body is still on the wire. Closing it before the end of the body closes the connection: that cancels. */
public final class Response implements AutoCloseable {
    private final int status;
    private final Headers headers;
    private final InputStream body;
    private final AutoCloser onClose;

    Response(int status, Headers headers, InputStream body, AutoCloser onClose) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.onClose = onClose;
    }

    public int status() {
        return status;
    }

    public Headers headers() {
        return headers;
    }

    /** Ends at the end of the body; never null, empty for answers without one. */
    public InputStream body() {
        return body;
    }

    @Override
    public void close() throws IOException {
        onClose.close();
    }

    /** What is done with the connection when an answer is closed. */
    @FunctionalInterface
    interface AutoCloser {
        void close() throws IOException;
    }
}
