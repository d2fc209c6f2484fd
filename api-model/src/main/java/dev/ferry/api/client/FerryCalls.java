package dev.ferry.api.client;

import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.ContainerDetail;
import dev.ferry.api.model.ferry.HostReport;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.api.model.ferry.RestoreRequest;
import java.io.IOException;
import java.util.List;

/** Ferry's own calls, under {@code /ferry/v1}. */
public final class FerryCalls {
    private final FerryResources resources;

    FerryCalls(EngineClient engine) {
        this.resources = new FerryResources(engine);
    }

    public ContainerDetail container(String container) throws IOException {
        return resources.get(ContainerDetail.class, Query.path("containers", container));
    }

    public List<CheckpointDetail> checkpoints(String container) throws IOException {
        return List.of(resources.get(CheckpointDetail[].class, Query.path("containers", container, "checkpoints")));
    }

    public CheckpointDetail checkpoint(String container, String name) throws IOException {
        return resources.get(CheckpointDetail.class, Query.path("containers", container, "checkpoints", name));
    }

    public CheckpointDetail createCheckpoint(String container, CheckpointRequest request) throws IOException {
        return resources.post(CheckpointDetail.class, Query.path("containers", container, "checkpoints"), request);
    }

    public RestoreDetail restore(String container, RestoreRequest request) throws IOException {
        return resources.post(RestoreDetail.class, Query.path("containers", container, "restore"), request);
    }

    public HostReport host() throws IOException {
        return resources.get(HostReport.class, Query.path("host"));
    }
}
