package dev.ferry.api.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an engine. Requests go one after the other; the body of an answer must be read or closed before the next.
 *
 * <p>Life: {@link #open} → {@link #exchange} any number of times → {@link #close}, or once {@link #hijack}, after which the
 * connection belongs to the {@link Hijacked}.
 */
public final class HttpConnection implements AutoCloseable {
    private final String host;
    private final ChannelStreams streams;

    private HttpConnection(String host, ChannelStreams streams) {
        this.host = host;
        this.streams = streams;
    }

    public static HttpConnection open(EngineAddress address) throws EngineUnreachable {
        String host = switch (address) {
            case EngineAddress.Unix unix -> "localhost";
            case EngineAddress.Tcp tcp -> tcp.host() + ":" + tcp.port();
        };
        return new HttpConnection(host, new ChannelStreams(address.open()));
    }

    /** Sends a request and reads the answer up to its body. Closing the answer closes this connection. */
    public Response exchange(Request request) throws IOException {
        return exchange(request, ignored -> {});
    }

    /**
     * As {@link #exchange(Request)}, but a connection that can be used again is handed on instead of being closed.
     *
     * @param reusable called when the answer was read to its end and the peer keeps the connection open
     */
    public Response exchange(Request request, Consumer<HttpConnection> reusable) throws IOException {
        int status = sendAndReadStatus(request);
        Headers headers = HeaderReader.fields(streams.in());
        boolean bodiless = request.method().equals("HEAD") || status == 204 || status == 304;
        if (bodiless) {
            return new Response(status, headers, InputStream.nullInputStream(), () -> finish(true, headers, reusable));
        }
        if (headers.names("Transfer-Encoding", "chunked")) {
            ChunkedInput body = new ChunkedInput(streams.in());
            return new Response(status, headers, body, () -> finish(body.isAtEnd(), headers, reusable));
        }
        String length = headers.first("Content-Length").orElse("");
        if (length.matches("\\d{1,18}")) {
            FixedInput body = new FixedInput(streams.in(), Long.parseLong(length));
            return new Response(status, headers, body, () -> finish(body.isAtEnd(), headers, reusable));
        }
        return new Response(status, headers, streams.in(), () -> finish(false, headers, reusable));
    }

    /**
     * Sends a request that asks for the connection itself.
     *
     * @throws RefusedHijack when the answer is neither 101 nor 200; the connection is closed then
     */
    public Hijacked hijack(Request request) throws IOException {
        int status =
                sendAndReadStatus(request.withHeader("Connection", "Upgrade").withHeader("Upgrade", "tcp"));
        Headers headers = HeaderReader.fields(streams.in());
        if (status == 101 || status == 200) {
            return new Hijacked(headers, streams);
        }
        try (this) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            String length = headers.first("Content-Length").orElse("");
            if (headers.names("Transfer-Encoding", "chunked")) {
                new ChunkedInput(streams.in()).transferTo(text);
            } else if (length.matches("\\d{1,9}")) {
                new FixedInput(streams.in(), Long.parseLong(length)).transferTo(text);
            } else if (headers.names("Connection", "close")) {
                streams.in().transferTo(text);
            }
            throw new RefusedHijack(status, text.toString(StandardCharsets.UTF_8));
        }
    }

    /** Whether another request may be sent: the peer has not closed the connection meanwhile. */
    public boolean isQuiet() {
        return streams.isQuiet();
    }

    @Override
    public void close() throws IOException {
        streams.close();
    }

    private void finish(boolean wholeBodyRead, Headers headers, Consumer<HttpConnection> reusable) throws IOException {
        if (wholeBodyRead && !headers.names("Connection", "close")) {
            reusable.accept(this);
        } else {
            close();
        }
    }

    private WriteFailures.@Nullable PeerGone send(Request request) throws IOException {
        StringBuilder head = new StringBuilder(256);
        head.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(host).append("\r\n");
        for (Map.Entry<String, String> field : request.headers().fields().entrySet()) {
            head.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
        }
        OutputStream out = streams.out();
        return switch (request.body()) {
            case Request.Empty empty -> {
                if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
                    head.append("Content-Length: 0\r\n");
                }
                out.write(ascii(head.append("\r\n")));
                yield null;
            }
            case Request.Bytes bytes -> {
                byte[] content = bytes.content();
                head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
                byte[] start = ascii(head);
                // one packet for header and body: the peer can begin at once
                byte[] all = java.util.Arrays.copyOf(start, start.length + content.length);
                System.arraycopy(content, 0, all, start.length, content.length);
                out.write(all);
                yield null;
            }
            case Request.Streamed streamed -> {
                out.write(ascii(head.append("Transfer-Encoding: chunked\r\n\r\n")));
                yield sendBody(streamed.source(), out);
            }
        };
    }

    /** An engine that refuses an upload answers and closes: then its answer says more than the broken pipe. */
    private static WriteFailures.@Nullable PeerGone sendBody(Request.Source source, OutputStream out)
            throws IOException {
        try (ChunkedOutput body = new ChunkedOutput(new WriteFailures(out))) {
            source.writeTo(body);
            return null;
        } catch (WriteFailures.PeerGone e) {
            return e;
        }
    }

    private int sendAndReadStatus(Request request) throws IOException {
        WriteFailures.PeerGone gone = send(request);
        try {
            return readStatus();
        } catch (IOException e) {
            if (gone == null) {
                throw e;
            }
            gone.addSuppressed(e);
            throw gone;
        }
    }

    private int readStatus() throws IOException {
        while (true) {
            String line = HeaderReader.line(streams.in());
            if (!line.matches("HTTP/1\\.[01] \\d{3}( .*)?")) {
                throw new ProtocolViolation("status line '" + line + "' is not HTTP/1.1");
            }
            int status = Integer.parseInt(line.substring(9, 12));
            if (status != 100) {
                return status;
            }
            HeaderReader.fields(streams.in());
        }
    }

    private static byte[] ascii(CharSequence text) {
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
