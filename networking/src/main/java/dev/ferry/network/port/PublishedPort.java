package dev.ferry.network.port;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.network.address.Ipv4Address;

/**
 * A port of the host that leads to one of a container.
 *
 * @param host the host's address, {@link Ipv4Address#ANY} for each
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 */
public record PublishedPort(
        @JsonProperty("transport") Transport transport,
        @JsonProperty("host") Ipv4Address host,
        @JsonProperty("hostPort") int hostPort,
        @JsonProperty("containerPort") int containerPort) {

    /** Whether both cannot be there: one of them has every address, or both have the same. */
    public boolean collidesWith(PublishedPort other) {
        return transport == other.transport
                && hostPort == other.hostPort
                && (host.isAny() || other.host.isAny() || host.equals(other.host));
    }
}
