package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A step of a migration that has ended.
 *
 * @param startMicros microseconds from the begin of the migration
 * @param durationMicros in microseconds
 * @param bytes sent in it, 0 where nothing is sent
 */
public record MigrationStep(
        @JsonProperty("name") String name,
        @JsonProperty("startMicros") long startMicros,
        @JsonProperty("durationMicros") long durationMicros,
        @JsonProperty("bytes") long bytes) {

    public MigrationStep {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static MigrationStep empty() {
        return new MigrationStep("", 0, 0, 0);
    }
}
