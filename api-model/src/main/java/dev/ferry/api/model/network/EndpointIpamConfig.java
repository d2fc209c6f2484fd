package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * Addresses asked for by the user.
 */
public record EndpointIpamConfig(
        @JsonProperty("IPv4Address") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String ipv4Address,

        @JsonProperty("IPv6Address") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String ipv6Address,

        @JsonProperty("LinkLocalIPs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> linkLocalIps) {

    public EndpointIpamConfig {
        ipv4Address = Absence.text(ipv4Address);
        ipv6Address = Absence.text(ipv6Address);
        linkLocalIps = Absence.list(linkLocalIps);
    }

    /** All fields absent. */
    public static EndpointIpamConfig empty() {
        return new EndpointIpamConfig("", "", List.of());
    }
}
