package dev.ferry.api.client;

import dev.ferry.api.model.IdResponse;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.exec.ExecInspect;
import dev.ferry.api.model.exec.ExecStartRequest;
import dev.ferry.api.wire.Hijacked;
import java.io.IOException;

/** The calls about commands beside a container's own. */
public final class ExecCalls {
    private final EngineClient engine;

    ExecCalls(EngineClient engine) {
        this.engine = engine;
    }

    /** @return the exec's id */
    public String create(String container, ExecCreateRequest request) throws IOException {
        return engine.ask(
                        IdResponse.class,
                        "POST",
                        Query.path("containers", container, "exec"),
                        EngineClient.json(request))
                .id();
    }

    /** Starts it and takes part in its streams. */
    public Hijacked start(String exec, boolean tty) throws IOException {
        return engine.hijack(
                Query.path("exec", exec, "start"), EngineClient.json(new ExecStartRequest(false, tty, null)));
    }

    /** Starts it and leaves it alone. */
    public void startDetached(String exec) throws IOException {
        engine.tell(
                "POST", Query.path("exec", exec, "start"), EngineClient.json(new ExecStartRequest(true, false, null)));
    }

    public ExecInspect inspect(String exec) throws IOException {
        return engine.ask(ExecInspect.class, Query.path("exec", exec, "json"));
    }

    public void resize(String exec, int rows, int columns) throws IOException {
        engine.tell(
                "POST",
                Query.path("exec", exec, "resize")
                        .with("h", Integer.toString(rows))
                        .with("w", Integer.toString(columns)));
    }
}
