package dev.ferry.api.model.checkpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The body of {@code POST /containers/{id}/checkpoints}.
 *
 * @param exit end the container once the checkpoint is safe
 */
public record CheckpointCreateRequest(
        @JsonProperty("CheckpointID") String checkpointId,
        @JsonProperty("CheckpointDir") String checkpointDir,
        @JsonProperty("Exit") boolean exit) {

    public CheckpointCreateRequest {
        checkpointId = Absence.text(checkpointId);
        checkpointDir = Absence.text(checkpointDir);
    }

    /** All fields absent. */
    public static CheckpointCreateRequest empty() {
        return new CheckpointCreateRequest("", "", false);
    }
}
