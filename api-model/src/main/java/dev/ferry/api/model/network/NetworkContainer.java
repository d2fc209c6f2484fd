package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/** A container as its network shows it; addresses with the length of their prefix. */
public record NetworkContainer(
        @JsonProperty("Name") String name,
        @JsonProperty("EndpointID") String endpointId,
        @JsonProperty("MacAddress") String macAddress,
        @JsonProperty("IPv4Address") String ipv4Address,
        @JsonProperty("IPv6Address") String ipv6Address) {

    public NetworkContainer {
        name = Absence.text(name);
        endpointId = Absence.text(endpointId);
        macAddress = Absence.text(macAddress);
        ipv4Address = Absence.text(ipv4Address);
        ipv6Address = Absence.text(ipv6Address);
    }

    /** All fields absent. */
    public static NetworkContainer empty() {
        return new NetworkContainer("", "", "", "", "");
    }
}
