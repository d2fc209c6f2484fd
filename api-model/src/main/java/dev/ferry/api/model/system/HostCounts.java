package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How many containers and images there are.
 */
public record HostCounts(
        @JsonProperty("Containers") int containers,
        @JsonProperty("ContainersRunning") int containersRunning,
        @JsonProperty("ContainersPaused") int containersPaused,
        @JsonProperty("ContainersStopped") int containersStopped,
        @JsonProperty("Images") int images) {

    /** All fields absent. */
    public static HostCounts empty() {
        return new HostCounts(0, 0, 0, 0, 0);
    }
}
