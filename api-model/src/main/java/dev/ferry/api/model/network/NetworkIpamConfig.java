package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/** A range of a network's addresses. */
public record NetworkIpamConfig(
        @JsonProperty("Subnet") String subnet,
        @JsonProperty("Gateway") String gateway) {

    public NetworkIpamConfig {
        subnet = Absence.text(subnet);
        gateway = Absence.text(gateway);
    }

    /** All fields absent. */
    public static NetworkIpamConfig empty() {
        return new NetworkIpamConfig("", "");
    }
}
