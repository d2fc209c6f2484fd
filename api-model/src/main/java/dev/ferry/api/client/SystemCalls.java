package dev.ferry.api.client;

import com.fasterxml.jackson.databind.MappingIterator;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.event.EventMessage;
import dev.ferry.api.model.system.SystemInfo;
import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;
import java.util.function.Consumer;

/** The calls about the engine itself. */
public final class SystemCalls {
    private final EngineClient engine;

    SystemCalls(EngineClient engine) {
        this.engine = engine;
    }

    /** Returns when the engine answers; works with every version. */
    public void ping() throws IOException {
        try (Response response = engine.send(Request.of("GET", "/_ping"))) {
            response.body().skip(Long.MAX_VALUE);
        }
    }

    public SystemVersion version() throws IOException {
        return engine.ask(SystemVersion.class, Query.path("version"));
    }

    public SystemInfo info() throws IOException {
        return engine.ask(SystemInfo.class, Query.path("info"));
    }

    /** Hands each event on as it happens, until the thread is interrupted or the engine ends. */
    public void events(Consumer<EventMessage> sink) throws IOException {
        try (Response response = engine.call("GET", Query.path("events"), new Request.Empty());
                MappingIterator<EventMessage> events =
                        ApiJson.mapper().readerFor(EventMessage.class).readValues(response.body())) {
            while (events.hasNextValue()) {
                sink.accept(events.nextValue());
            }
        }
    }
}
