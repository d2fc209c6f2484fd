package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * The networks a new container is to join.
 *
 * @param endpointsConfig by network name
 */
public record NetworkingConfig(
        @JsonProperty("EndpointsConfig") Map<String, EndpointSettings> endpointsConfig) {

    public NetworkingConfig {
        endpointsConfig = Absence.map(endpointsConfig);
    }

    /** All fields absent. */
    public static NetworkingConfig empty() {
        return new NetworkingConfig(Map.of());
    }
}
