package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drivers by kind.
 */
public record PluginNames(
        @JsonProperty("Volume") List<String> volume,
        @JsonProperty("Network") List<String> network,
        @JsonProperty("Authorization") @Nullable List<String> authorization,
        @JsonProperty("Log") List<String> log) {

    public PluginNames {
        volume = Absence.list(volume);
        network = Absence.list(network);
        authorization = Absence.copy(authorization);
        log = Absence.list(log);
    }

    /** All fields absent. */
    public static PluginNames empty() {
        return new PluginNames(List.of(), List.of(), null, List.of());
    }
}
