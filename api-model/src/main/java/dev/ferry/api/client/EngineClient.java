package dev.ferry.api.client;

import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ErrorResponse;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.api.wire.Headers;
import dev.ferry.api.wire.Hijacked;
import dev.ferry.api.wire.HttpConnection;
import dev.ferry.api.wire.ProtocolViolation;
import dev.ferry.api.wire.RefusedHijack;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A client of one engine. Safe for several threads; each call in progress has a connection of its own, and connections that an
 * engine leaves open are used again.
 *
 * <pre>{@code
 * try (EngineClient engine = EngineClient.of(EngineAddress.parse("unix:///run/ferry/ferry.sock"))) {
 *     engine.containers().start(id);
 * }
 * }</pre>
 */
public final class EngineClient implements AutoCloseable {
    private static final int MOST_IDLE = 4;

    private final EngineAddress address;
    private final String prefix;
    private final Deque<HttpConnection> idle = new ArrayDeque<>();
    private boolean closed;

    private EngineClient(EngineAddress address, ApiVersion version) {
        this.address = address;
        this.prefix = "/v" + version;
    }

    /** Speaks the newest version. Nothing is connected before the first call. */
    public static EngineClient of(EngineAddress address) {
        return new EngineClient(address, ApiVersion.NEWEST);
    }

    public static EngineClient of(EngineAddress address, ApiVersion version) {
        return new EngineClient(address, version);
    }

    public EngineAddress address() {
        return address;
    }

    public ContainerCalls containers() {
        return new ContainerCalls(this);
    }

    public ExecCalls execs() {
        return new ExecCalls(this);
    }

    public ImageCalls images() {
        return new ImageCalls(this);
    }

    public CheckpointCalls checkpoints() {
        return new CheckpointCalls(this);
    }

    public SystemCalls system() {
        return new SystemCalls(this);
    }

    /** Ferry's own resources; other engines answer these with 404. */
    public FerryCalls ferry() {
        return new FerryCalls(this);
    }

    /** Migrations to and from other engines. */
    public MigrationCalls migrations() {
        return new MigrationCalls(this);
    }

    /** Other engines. */
    public PeerCalls peers() {
        return new PeerCalls(this);
    }

    @Override
    public void close() throws IOException {
        Deque<HttpConnection> all;
        synchronized (idle) {
            closed = true;
            all = new ArrayDeque<>(idle);
            idle.clear();
        }
        for (HttpConnection connection : all) {
            connection.close();
        }
    }

    /** A request below the version prefix; anything but success is thrown. 304 is a success. */
    Response call(String method, Query query, Request.Body body) throws IOException {
        Headers headers = body instanceof Request.Bytes
                ? Headers.of("Content-Type", "application/json")
                : body instanceof Request.Streamed ? Headers.of("Content-Type", "application/x-tar") : Headers.none();
        return send(new Request(method, prefix + query, headers, body));
    }

    Response send(Request request) throws IOException {
        Response response = connection().exchange(request, this::keep);
        int status = response.status();
        if (status < 400) {
            return response;
        }
        try (response) {
            String text = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            throw refusal(status, text);
        }
    }

    /** Calls and reads the answer as a record. */
    <T> T ask(Class<T> type, String method, Query query, Request.Body body) throws IOException {
        try (Response response = call(method, query, body)) {
            return read(type, response);
        }
    }

    <T> T ask(Class<T> type, Query query) throws IOException {
        return ask(type, "GET", query, new Request.Empty());
    }

    /** Calls and drops the answer's body. */
    int tell(String method, Query query, Request.Body body) throws IOException {
        try (Response response = call(method, query, body)) {
            response.body().skip(Long.MAX_VALUE);
            return response.status();
        }
    }

    int tell(String method, Query query) throws IOException {
        return tell(method, query, new Request.Empty());
    }

    Hijacked hijack(Query query, Request.Body body) throws IOException {
        Headers headers = body instanceof Request.Bytes
                ? Headers.of("Content-Type", "application/json")
                : Headers.of("Content-Type", "text/plain");
        HttpConnection connection = HttpConnection.open(address);
        try {
            return connection.hijack(new Request("POST", prefix + query, headers, body));
        } catch (RefusedHijack e) {
            throw refusal(e.status(), e.body());
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    static Request.Bytes json(Object value) throws IOException {
        return new Request.Bytes(ApiJson.mapper().writeValueAsBytes(value));
    }

    static <T> T read(Class<T> type, Response response) throws IOException {
        byte[] body = response.body().readAllBytes();
        try {
            T value = ApiJson.mapper().readValue(body, type);
            if (value == null) {
                throw new ProtocolViolation("the engine answered null where " + type.getSimpleName() + " was expected");
            }
            return value;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new ProtocolViolation(
                    "the engine's answer is not " + type.getSimpleName() + ": " + e.getOriginalMessage());
        }
    }

    private static EngineRefused refusal(int status, String body) {
        String message = body.strip();
        try {
            message = ApiJson.mapper().readValue(body, ErrorResponse.class).message();
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // not an engine's answer: show it as it is
        }
        return new EngineRefused(status, message.isEmpty() ? "status " + status + " without a message" : message);
    }

    private HttpConnection connection() throws IOException {
        while (true) {
            HttpConnection kept;
            synchronized (idle) {
                kept = idle.pollFirst();
            }
            if (kept == null) {
                return HttpConnection.open(address);
            }
            if (kept.isQuiet()) {
                return kept;
            }
            kept.close();
        }
    }

    private void keep(HttpConnection connection) {
        boolean kept;
        synchronized (idle) {
            kept = !closed && idle.size() < MOST_IDLE;
            if (kept) {
                idle.addFirst(connection);
            }
        }
        if (!kept) {
            try {
                connection.close();
            } catch (IOException e) {
                // the exchange is over; nothing depends on how its connection ends
            }
        }
    }
}
