package dev.ferry.api.model.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One container's place in one network.
 */
public record EndpointSettings(
        @JsonProperty("IPAMConfig") @Nullable EndpointIpamConfig ipamConfig,
        @JsonProperty("Links") @Nullable List<String> links,
        @JsonProperty("Aliases") @Nullable List<String> aliases,
        @JsonProperty("MacAddress") String macAddress,
        @JsonProperty("DriverOpts") @Nullable Map<String, String> driverOpts,
        @JsonProperty("GwPriority") int gwPriority,
        @JsonProperty("NetworkID") String networkId,
        @JsonProperty("EndpointID") String endpointId,
        @JsonProperty("Gateway") String gateway,
        @JsonProperty("IPAddress") String ipAddress,
        @JsonProperty("IPPrefixLen") int ipPrefixLen,
        @JsonProperty("IPv6Gateway") String ipv6Gateway,
        @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
        @JsonProperty("GlobalIPv6PrefixLen") long globalIpv6PrefixLen,
        @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {

    public EndpointSettings {
        links = Absence.copy(links);
        aliases = Absence.copy(aliases);
        macAddress = Absence.text(macAddress);
        driverOpts = Absence.copy(driverOpts);
        networkId = Absence.text(networkId);
        endpointId = Absence.text(endpointId);
        gateway = Absence.text(gateway);
        ipAddress = Absence.text(ipAddress);
        ipv6Gateway = Absence.text(ipv6Gateway);
        globalIpv6Address = Absence.text(globalIpv6Address);
        dnsNames = Absence.copy(dnsNames);
    }

    /** All fields absent. */
    public static EndpointSettings empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .ipamConfig(ipamConfig)
                .links(links)
                .aliases(aliases)
                .macAddress(macAddress)
                .driverOpts(driverOpts)
                .gwPriority(gwPriority)
                .networkId(networkId)
                .endpointId(endpointId)
                .gateway(gateway)
                .ipAddress(ipAddress)
                .ipPrefixLen(ipPrefixLen)
                .ipv6Gateway(ipv6Gateway)
                .globalIpv6Address(globalIpv6Address)
                .globalIpv6PrefixLen(globalIpv6PrefixLen)
                .dnsNames(dnsNames);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private @Nullable EndpointIpamConfig ipamConfig;
        private @Nullable List<String> links;
        private @Nullable List<String> aliases;
        private String macAddress = "";
        private @Nullable Map<String, String> driverOpts;
        private int gwPriority;
        private String networkId = "";
        private String endpointId = "";
        private String gateway = "";
        private String ipAddress = "";
        private int ipPrefixLen;
        private String ipv6Gateway = "";
        private String globalIpv6Address = "";
        private long globalIpv6PrefixLen;
        private @Nullable List<String> dnsNames;

        private Builder() {}

        public Builder ipamConfig(@Nullable EndpointIpamConfig value) {
            this.ipamConfig = value;
            return this;
        }

        public Builder links(@Nullable List<String> value) {
            this.links = value;
            return this;
        }

        public Builder aliases(@Nullable List<String> value) {
            this.aliases = value;
            return this;
        }

        public Builder macAddress(String value) {
            this.macAddress = value;
            return this;
        }

        public Builder driverOpts(@Nullable Map<String, String> value) {
            this.driverOpts = value;
            return this;
        }

        public Builder gwPriority(int value) {
            this.gwPriority = value;
            return this;
        }

        public Builder networkId(String value) {
            this.networkId = value;
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

        public Builder globalIpv6Address(String value) {
            this.globalIpv6Address = value;
            return this;
        }

        public Builder globalIpv6PrefixLen(long value) {
            this.globalIpv6PrefixLen = value;
            return this;
        }

        public Builder dnsNames(@Nullable List<String> value) {
            this.dnsNames = value;
            return this;
        }

        public EndpointSettings build() {
            return new EndpointSettings(
                    ipamConfig,
                    links,
                    aliases,
                    macAddress,
                    driverOpts,
                    gwPriority,
                    networkId,
                    endpointId,
                    gateway,
                    ipAddress,
                    ipPrefixLen,
                    ipv6Gateway,
                    globalIpv6Address,
                    globalIpv6PrefixLen,
                    dnsNames);
        }
    }
}
