package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The network side of an inspection. The address fields repeat those of the default network.
 */
public record NetworkSettings(
        @JsonProperty("Bridge") String bridge,
        @JsonProperty("SandboxID") String sandboxId,
        @JsonProperty("SandboxKey") String sandboxKey,
        @JsonProperty("Ports") PortMap ports,
        @JsonProperty("HairpinMode") boolean hairpinMode,
        @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
        @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,
        @JsonProperty("SecondaryIPAddresses") @Nullable List<Address> secondaryIpAddresses,
        @JsonProperty("SecondaryIPv6Addresses") @Nullable List<Address> secondaryIpv6Addresses,
        @JsonProperty("EndpointID") String endpointId,
        @JsonProperty("Gateway") String gateway,
        @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
        @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
        @JsonProperty("IPAddress") String ipAddress,
        @JsonProperty("IPPrefixLen") int ipPrefixLen,
        @JsonProperty("IPv6Gateway") String ipv6Gateway,
        @JsonProperty("MacAddress") String macAddress,
        @JsonProperty("Networks") Map<String, EndpointSettings> networks) {

    public NetworkSettings {
        bridge = Absence.text(bridge);
        sandboxId = Absence.text(sandboxId);
        sandboxKey = Absence.text(sandboxKey);
        ports = Absence.or(ports, PortMap::empty);
        linkLocalIpv6Address = Absence.text(linkLocalIpv6Address);
        secondaryIpAddresses = Absence.copy(secondaryIpAddresses);
        secondaryIpv6Addresses = Absence.copy(secondaryIpv6Addresses);
        endpointId = Absence.text(endpointId);
        gateway = Absence.text(gateway);
        globalIpv6Address = Absence.text(globalIpv6Address);
        ipAddress = Absence.text(ipAddress);
        ipv6Gateway = Absence.text(ipv6Gateway);
        macAddress = Absence.text(macAddress);
        networks = Absence.map(networks);
    }

    /** All fields absent. */
    public static NetworkSettings empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .bridge(bridge)
                .sandboxId(sandboxId)
                .sandboxKey(sandboxKey)
                .ports(ports)
                .hairpinMode(hairpinMode)
                .linkLocalIpv6Address(linkLocalIpv6Address)
                .linkLocalIpv6PrefixLen(linkLocalIpv6PrefixLen)
                .secondaryIpAddresses(secondaryIpAddresses)
                .secondaryIpv6Addresses(secondaryIpv6Addresses)
                .endpointId(endpointId)
                .gateway(gateway)
                .globalIpv6Address(globalIpv6Address)
                .globalIpv6PrefixLen(globalIpv6PrefixLen)
                .ipAddress(ipAddress)
                .ipPrefixLen(ipPrefixLen)
                .ipv6Gateway(ipv6Gateway)
                .macAddress(macAddress)
                .networks(networks);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String bridge = "";
        private String sandboxId = "";
        private String sandboxKey = "";
        private PortMap ports = PortMap.empty();
        private boolean hairpinMode;
        private String linkLocalIpv6Address = "";
        private int linkLocalIpv6PrefixLen;
        private @Nullable List<Address> secondaryIpAddresses;
        private @Nullable List<Address> secondaryIpv6Addresses;
        private String endpointId = "";
        private String gateway = "";
        private String globalIpv6Address = "";
        private int globalIpv6PrefixLen;
        private String ipAddress = "";
        private int ipPrefixLen;
        private String ipv6Gateway = "";
        private String macAddress = "";
        private Map<String, EndpointSettings> networks = Map.of();

        private Builder() {}

        public Builder bridge(String value) {
            this.bridge = value;
            return this;
        }

        public Builder sandboxId(String value) {
            this.sandboxId = value;
            return this;
        }

        public Builder sandboxKey(String value) {
            this.sandboxKey = value;
            return this;
        }

        public Builder ports(PortMap value) {
            this.ports = value;
            return this;
        }

        public Builder hairpinMode(boolean value) {
            this.hairpinMode = value;
            return this;
        }

        public Builder linkLocalIpv6Address(String value) {
            this.linkLocalIpv6Address = value;
            return this;
        }

        public Builder linkLocalIpv6PrefixLen(int value) {
            this.linkLocalIpv6PrefixLen = value;
            return this;
        }

        public Builder secondaryIpAddresses(@Nullable List<Address> value) {
            this.secondaryIpAddresses = value;
            return this;
        }

        public Builder secondaryIpv6Addresses(@Nullable List<Address> value) {
            this.secondaryIpv6Addresses = value;
            return this;
        }

        public Builder endpointId(String value) {
            this.endpointId = value;
            return this;
        }

        public Builder gateway(String value) {
            this.gateway = value;
            return this;
        }

        public Builder globalIpv6Address(String value) {
            this.globalIpv6Address = value;
            return this;
        }

        public Builder globalIpv6PrefixLen(int value) {
            this.globalIpv6PrefixLen = value;
            return this;
        }

        public Builder ipAddress(String value) {
            this.ipAddress = value;
            return this;
        }

        public Builder ipPrefixLen(int value) {
            this.ipPrefixLen = value;
            return this;
        }

        public Builder ipv6Gateway(String value) {
            this.ipv6Gateway = value;
            return this;
        }

        public Builder macAddress(String value) {
            this.macAddress = value;
            return this;
        }

        public Builder networks(Map<String, EndpointSettings> value) {
            this.networks = value;
            return this;
        }

        public NetworkSettings build() {
            return new NetworkSettings(
                    bridge,
                    sandboxId,
                    sandboxKey,
                    ports,
                    hairpinMode,
                    linkLocalIpv6Address,
                    linkLocalIpv6PrefixLen,
                    secondaryIpAddresses,
                    secondaryIpv6Addresses,
                    endpointId,
                    gateway,
                    globalIpv6Address,
                    globalIpv6PrefixLen,
                    ipAddress,
                    ipPrefixLen,
                    ipv6Gateway,
                    macAddress,
                    networks);
        }
    }
}
