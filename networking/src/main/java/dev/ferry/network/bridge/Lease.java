package dev.ferry.network.bridge;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.network.address.Ipv4Address;
import dev.ferry.network.address.MacAddress;
import dev.ferry.network.port.PublishedPort;
import java.util.List;

/**
 * What one container has of the network, from its making to its removal.
 *
 * @param version of this format
 * @param container whose it is
 * @param ports those of its last start: one that was chosen stays the same where it can
 */
public record Lease(
        @JsonProperty("version") int version,
        @JsonProperty("container") String container,
        @JsonProperty("address") Ipv4Address address,
        @JsonProperty("mac") MacAddress mac,
        @JsonProperty("ports") List<PublishedPort> ports) {

    /** The newest version of the format. */
    public static final int VERSION = 1;

    public Lease {
        ports = List.copyOf(ports);
    }

    /** A new one. */
    public static Lease of(String container, Ipv4Address address) {
        return new Lease(VERSION, container, address, MacAddress.of(address), List.of());
    }

    /** The same with other ports. */
    public Lease withPorts(List<PublishedPort> now) {
        return new Lease(version, container, address, mac, now);
    }
}
