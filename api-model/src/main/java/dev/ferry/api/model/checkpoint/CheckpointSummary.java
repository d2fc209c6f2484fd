package dev.ferry.api.model.checkpoint;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * One row of {@code GET /containers/{id}/checkpoints}.
 */
public record CheckpointSummary(@JsonProperty("Name") String name) {

    public CheckpointSummary {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static CheckpointSummary empty() {
        return new CheckpointSummary("");
    }
}
