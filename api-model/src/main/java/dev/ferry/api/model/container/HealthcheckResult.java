package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;

/**
 * One run of the health check.
 */
public record HealthcheckResult(
        @JsonProperty("Start") Instant start,
        @JsonProperty("End") Instant end,
        @JsonProperty("ExitCode") int exitCode,
        @JsonProperty("Output") String output) {

    public HealthcheckResult {
        start = Absence.time(start);
        end = Absence.time(end);
        output = Absence.text(output);
    }

    /** All fields absent. */
    public static HealthcheckResult empty() {
        return new HealthcheckResult(Absence.NEVER, Absence.NEVER, 0, "");
    }
}
