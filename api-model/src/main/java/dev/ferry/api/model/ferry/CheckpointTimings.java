package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Durations in microseconds; 0 where nothing was measured.
 *
 * @param frozen how long the processes stood still
 * @param freezing until all of them stood still
 * @param total from the request to the committed checkpoint
 */
public record CheckpointTimings(
        @JsonProperty("frozen") long frozen,
        @JsonProperty("freezing") long freezing,
        @JsonProperty("memoryDump") long memoryDump,
        @JsonProperty("memoryWrite") long memoryWrite,
        @JsonProperty("total") long total) {

    /** All fields absent. */
    public static CheckpointTimings empty() {
        return new CheckpointTimings(0, 0, 0, 0, 0);
    }
}
