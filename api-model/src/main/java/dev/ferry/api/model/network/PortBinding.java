package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A port of the host that leads to a port of a container.
 */
public record PortBinding(
        @JsonProperty("HostIp") String hostIp,
        @JsonProperty("HostPort") String hostPort) {

    public PortBinding {
        hostIp = Absence.text(hostIp);
        hostPort = Absence.text(hostPort);
    }

    /** All fields absent. */
    public static PortBinding empty() {
        return new PortBinding("", "");
    }
}
