package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.network.EndpointSettings;
import java.util.Map;

/**
 * The part of the network settings that the list shows.
 */
public record SummaryNetworkSettings(
        @JsonProperty("Networks") Map<String, EndpointSettings> networks) {

    public SummaryNetworkSettings {
        networks = Absence.map(networks);
    }

    /** All fields absent. */
    public static SummaryNetworkSettings empty() {
        return new SummaryNetworkSettings(Map.of());
    }
}
