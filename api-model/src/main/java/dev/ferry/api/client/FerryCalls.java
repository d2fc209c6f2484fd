package dev.ferry.api.client;

import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.ContainerDetail;
import dev.ferry.api.model.ferry.HostReport;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.api.wire.Headers;
import dev.ferry.api.wire.Request;
import dev.ferry.api.wire.Response;
import java.io.IOException;
import java.util.List;

/** Ferry's own calls, under {@code /ferry/v1}. */
public final class FerryCalls {
    private static final String PREFIX = "/ferry/v1";

    private final EngineClient engine;

    FerryCalls(EngineClient engine) {
        this.engine = engine;
    }

    public ContainerDetail container(String container) throws IOException {
        return get(ContainerDetail.class, Query.path("containers", container));
    }

    public List<CheckpointDetail> checkpoints(String container) throws IOException {
        return List.of(get(CheckpointDetail[].class, Query.path("containers", container, "checkpoints")));
    }

    public CheckpointDetail checkpoint(String container, String name) throws IOException {
        return get(CheckpointDetail.class, Query.path("containers", container, "checkpoints", name));
    }

    public CheckpointDetail createCheckpoint(String container, CheckpointRequest request) throws IOException {
        return post(CheckpointDetail.class, Query.path("containers", container, "checkpoints"), request);
    }

    public RestoreDetail restore(String container, RestoreRequest request) throws IOException {
        return post(RestoreDetail.class, Query.path("containers", container, "restore"), request);
    }

    public HostReport host() throws IOException {
        return get(HostReport.class, Query.path("host"));
    }

    private <T> T get(Class<T> type, Query query) throws IOException {
        try (Response response = engine.send(Request.of("GET", PREFIX + query))) {
            return EngineClient.read(type, response);
        }
    }

    private <T> T post(Class<T> type, Query query, Object body) throws IOException {
        Request request = new Request(
                "POST", PREFIX + query, Headers.of("Content-Type", "application/json"), EngineClient.json(body));
        try (Response response = engine.send(request)) {
            return EngineClient.read(type, response);
        }
    }
}
