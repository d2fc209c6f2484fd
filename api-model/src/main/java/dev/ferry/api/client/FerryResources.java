package dev.ferry.api.client;

import dev.ferry.api.wire.Headers;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;

/** Requests of Ferry's own resources, which have no version of Docker's before them. */
final class FerryResources {
    private static final String PREFIX = "/ferry/v1";

    private final EngineClient engine;

    FerryResources(EngineClient engine) {
        this.engine = engine;
    }

    <T> T get(Class<T> type, Query query) throws IOException {
        try (Response response = stream(query)) {
            return EngineClient.read(type, response);
        }
    }

    /** An answer that goes on; the caller closes it. */
    Response stream(Query query) throws IOException {
        return engine.send(Request.of("GET", PREFIX + query));
    }

    <T> T post(Class<T> type, Query query) throws IOException {
        try (Response response = engine.send(Request.of("POST", PREFIX + query))) {
            return EngineClient.read(type, response);
        }
    }

    <T> T post(Class<T> type, Query query, Object body) throws IOException {
        Request request = new Request(
                "POST", PREFIX + query, Headers.of("Content-Type", "application/json"), EngineClient.json(body));
        try (Response response = engine.send(request)) {
            return EngineClient.read(type, response);
        }
    }

    void delete(Query query) throws IOException {
        try (Response response = engine.send(Request.of("DELETE", PREFIX + query))) {
            response.body().skip(Long.MAX_VALUE);
        }
    }
}
