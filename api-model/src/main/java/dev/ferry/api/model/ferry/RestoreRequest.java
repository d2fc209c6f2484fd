package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The body of {@code POST /ferry/v1/containers/{id}/restore}.
 */
public record RestoreRequest(
        @JsonProperty("checkpoint") String checkpoint,
        @JsonProperty("tcpEstablished") boolean tcpEstablished) {

    public RestoreRequest {
        checkpoint = Absence.text(checkpoint);
    }

    /** All fields absent. */
    public static RestoreRequest empty() {
        return new RestoreRequest("", false);
    }
}
