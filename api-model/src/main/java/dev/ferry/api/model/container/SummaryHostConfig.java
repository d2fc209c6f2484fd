package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * The part of the host configuration that the list shows.
 */
public record SummaryHostConfig(
        @JsonProperty("NetworkMode") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String networkMode,

        @JsonProperty("Annotations") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> annotations) {

    public SummaryHostConfig {
        networkMode = Absence.text(networkMode);
        annotations = Absence.map(annotations);
    }

    /** All fields absent. */
    public static SummaryHostConfig empty() {
        return new SummaryHostConfig("", Map.of());
    }
}
