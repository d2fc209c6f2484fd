package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * Results of the health check.
 */
public record Health(
        @JsonProperty("Status") String status,
        @JsonProperty("FailingStreak") int failingStreak,
        @JsonProperty("Log") List<HealthcheckResult> log) {

    public Health {
        status = Absence.text(status);
        log = Absence.list(log);
    }

    /** All fields absent. */
    public static Health empty() {
        return new Health("", 0, List.of());
    }
}
