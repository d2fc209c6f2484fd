package dev.ferry.api.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * One request.
 *
 * @param target path and query, already encoded
 */
public record Request(String method, String target, Headers headers, Body body) {
    public Request {
        if (!method.matches("[A-Z]+") || target.isEmpty() || target.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            throw new IllegalArgumentException("request line '" + method + " " + target + "' is not HTTP");
        }
    }

    public static Request of(String method, String target) {
        return new Request(method, target, Headers.none(), new Empty());
    }

    public Request withJson(byte[] json) {
        return new Request(method, target, headers.with("Content-Type", "application/json"), new Bytes(json));
    }

    public Request withHeader(String name, String value) {
        return new Request(method, target, headers.with(name, value), body);
    }

    public Request withStream(String contentType, Streamed stream) {
        return new Request(method, target, headers.with("Content-Type", contentType), stream);
    }

    /** What follows the header. */
    public sealed interface Body permits Empty, Bytes, Streamed {}

    /** Nothing. */
    public record Empty() implements Body {}

    /** Bytes of known length. */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    public record Bytes(byte[] content) implements Body {
        public static Bytes of(String text) {
            return new Bytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Bytes of unknown length, sent chunked while they are made. */
    public record Streamed(Source source) implements Body {
        public static Streamed of(InputStream in) {
            return new Streamed(in::transferTo);
        }
    }

    /** Writes a body; must not close the stream it is given. */
    @FunctionalInterface
    public interface Source {
        void writeTo(OutputStream out) throws IOException;
    }
}
