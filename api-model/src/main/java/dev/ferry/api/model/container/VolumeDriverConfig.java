package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * The driver that makes a volume on demand.
 */
public record VolumeDriverConfig(
        @JsonProperty("Name") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String name,

        @JsonProperty("Options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> options) {

    public VolumeDriverConfig {
        name = Absence.text(name);
        options = Absence.map(options);
    }

    /** All fields absent. */
    public static VolumeDriverConfig empty() {
        return new VolumeDriverConfig("", Map.of());
    }
}
