package dev.ferry.api.client;

import dev.ferry.api.model.checkpoint.CheckpointCreateRequest;
import dev.ferry.api.model.checkpoint.CheckpointSummary;
import java.io.IOException;
import java.util.List;

/** The checkpoint calls of the Docker API. */
public final class CheckpointCalls {
    private final EngineClient engine;

    CheckpointCalls(EngineClient engine) {
        this.engine = engine;
    }

    /** @param exit end the container once the checkpoint is safe */
    public void create(String container, String name, boolean exit) throws IOException {
        create(container, name, "", exit);
    }

    /**
     * @param directory of the engine's host below which the checkpoint goes, empty for the container's own place
     * @param exit end the container once the checkpoint is safe
     */
    public void create(String container, String name, String directory, boolean exit) throws IOException {
        engine.tell(
                "POST",
                Query.path("containers", container, "checkpoints"),
                EngineClient.json(new CheckpointCreateRequest(name, directory, exit)));
    }

    public List<CheckpointSummary> list(String container) throws IOException {
        return List.of(engine.ask(CheckpointSummary[].class, Query.path("containers", container, "checkpoints")));
    }

    public void remove(String container, String name) throws IOException {
        engine.tell("DELETE", Query.path("containers", container, "checkpoints", name));
    }
}
