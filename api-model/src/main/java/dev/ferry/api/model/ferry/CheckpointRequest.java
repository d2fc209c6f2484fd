package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The body of {@code POST /ferry/v1/containers/{id}/checkpoints}.
 *
 * @param tcpEstablished also take established connections along
 */
public record CheckpointRequest(
        @JsonProperty("name") String name,
        @JsonProperty("leaveRunning") boolean leaveRunning,
        @JsonProperty("tcpEstablished") boolean tcpEstablished,
        @JsonProperty("fileLocks") boolean fileLocks) {

    public CheckpointRequest {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static CheckpointRequest empty() {
        return new CheckpointRequest("", false, false, false);
    }
}
