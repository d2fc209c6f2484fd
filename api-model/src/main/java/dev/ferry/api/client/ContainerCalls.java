package dev.ferry.api.client;

import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.ContainerCreateResponse;
import dev.ferry.api.model.container.ContainerInspect;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.api.model.container.ContainerTop;
import dev.ferry.api.model.container.ContainerWait;
import dev.ferry.api.wire.Hijacked;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The calls about containers. A container is named by its id, the start of its id, or its name. */
public final class ContainerCalls {
    private final EngineClient engine;

    ContainerCalls(EngineClient engine) {
        this.engine = engine;
    }

    /** @param name empty: the engine chooses one */
    public ContainerCreateResponse create(ContainerCreateRequest request, String name) throws IOException {
        return engine.ask(
                ContainerCreateResponse.class,
                "POST",
                Query.path("containers", "create").with("name", name),
                EngineClient.json(request));
    }

    /** @return false when it was running already */
    public boolean start(String container) throws IOException {
        return engine.tell("POST", Query.path("containers", container, "start")) != 304;
    }

    /** Starts from a checkpoint of the container's own. */
    public void startFromCheckpoint(String container, String checkpoint) throws IOException {
        startFromCheckpoint(container, checkpoint, "");
    }

    /** @param directory that the checkpoint was made below, empty for the container's own place */
    public void startFromCheckpoint(String container, String checkpoint, String directory) throws IOException {
        engine.tell(
                "POST",
                Query.path("containers", container, "start")
                        .with("checkpoint", checkpoint)
                        .with("checkpoint-dir", directory));
    }

    /**
     * @param patience how long to wait before SIGKILL; empty: the container's own setting
     * @return false when it was not running
     */
    public boolean stop(String container, Optional<Duration> patience) throws IOException {
        Query query = Query.path("containers", container, "stop")
                .with("t", patience.map(d -> Long.toString(d.toSeconds())).orElse(""));
        return engine.tell("POST", query) != 304;
    }

    /** @param signal name or number; empty: SIGKILL */
    public void kill(String container, String signal) throws IOException {
        engine.tell("POST", Query.path("containers", container, "kill").with("signal", signal));
    }

    public void remove(String container, boolean force, boolean volumes) throws IOException {
        engine.tell(
                "DELETE",
                Query.path("containers", container).with("force", force).with("v", volumes));
    }

    public ContainerInspect inspect(String container) throws IOException {
        return engine.ask(ContainerInspect.class, Query.path("containers", container, "json"));
    }

    /** @param filters like {@code {"name": {"web"}}} */
    public List<ContainerSummary> list(boolean all, Map<String, Set<String>> filters) throws IOException {
        Query query = Query.path("containers", "json").with("all", all);
        if (!filters.isEmpty()) {
            query.with("filters", ApiJson.mapper().writeValueAsString(filters));
        }
        return List.of(engine.ask(ContainerSummary[].class, query));
    }

    public ContainerTop top(String container) throws IOException {
        return engine.ask(ContainerTop.class, Query.path("containers", container, "top"));
    }

    /** What of the output is asked for; {@code tail} is a number of lines or {@code all}. */
    public record LogOptions(boolean stdout, boolean stderr, boolean follow, boolean timestamps, String tail) {
        public static LogOptions everything() {
            return new LogOptions(true, true, false, false, "all");
        }
    }

    /** The output so far, and with {@code follow} what comes: frames, or raw bytes when the container has a terminal. */
    public Response logs(String container, LogOptions options) throws IOException {
        Query query = Query.path("containers", container, "logs")
                .with("stdout", options.stdout())
                .with("stderr", options.stderr())
                .with("follow", options.follow())
                .with("timestamps", options.timestamps())
                .with("tail", options.tail());
        return engine.call("GET", query, new Request.Empty());
    }

    /** Takes part in the container's streams from now on; the subscription stands when this returns. */
    public Hijacked attach(String container, boolean stdin) throws IOException {
        Query query = Query.path("containers", container, "attach")
                .with("stream", true)
                .with("stdin", stdin)
                .with("stdout", true)
                .with("stderr", true);
        return engine.hijack(query, new Request.Empty());
    }

    /** When a {@link #await wait} ends. */
    public enum WaitCondition {
        NOT_RUNNING("not-running"),
        NEXT_EXIT("next-exit"),
        REMOVED("removed");

        private final String word;

        WaitCondition(String word) {
            this.word = word;
        }
    }

    /** A wait that the engine has begun: what happens after this returns is not missed. */
    public PendingExit await(String container, WaitCondition condition) throws IOException {
        Query query = Query.path("containers", container, "wait").with("condition", condition.word);
        return new PendingExit(engine.call("POST", query, new Request.Empty()));
    }

    /** An exit that has not happened yet. */
    public static final class PendingExit implements AutoCloseable {
        private final Response response;

        PendingExit(Response response) {
            this.response = response;
        }

        /** Blocks until the condition holds. */
        public ContainerWait result() throws IOException {
            return EngineClient.read(ContainerWait.class, response);
        }

        /** Stops waiting. */
        @Override
        public void close() throws IOException {
            response.close();
        }
    }

    public void resize(String container, int rows, int columns) throws IOException {
        engine.tell(
                "POST",
                Query.path("containers", container, "resize")
                        .with("h", Integer.toString(rows))
                        .with("w", Integer.toString(columns)));
    }
}
