package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * Where the output of a container goes.
 */
public record LogConfig(
        @JsonProperty("Type") String type,
        @JsonProperty("Config") Map<String, String> config) {

    public LogConfig {
        type = Absence.text(type);
        config = Absence.map(config);
    }

    /** All fields absent. */
    public static LogConfig empty() {
        return new LogConfig("", Map.of());
    }
}
