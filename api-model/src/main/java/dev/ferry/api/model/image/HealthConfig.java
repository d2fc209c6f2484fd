package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * How health is checked. Times are nanoseconds, 0 means inherit.
 */
public record HealthConfig(
        @JsonProperty("Test") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> test,

        @JsonProperty("Interval") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long interval,

        @JsonProperty("Timeout") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long timeout,

        @JsonProperty("Retries") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        int retries,

        @JsonProperty("StartPeriod") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long startPeriod,

        @JsonProperty("StartInterval") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long startInterval) {

    public HealthConfig {
        test = Absence.list(test);
    }

    /** All fields absent. */
    public static HealthConfig empty() {
        return new HealthConfig(List.of(), 0, 0, 0, 0, 0);
    }
}
