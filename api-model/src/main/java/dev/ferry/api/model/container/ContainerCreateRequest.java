package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.network.NetworkingConfig;

/**
 * The body of {@code POST /containers/create}: the configuration's fields beside two objects.
 */
public record ContainerCreateRequest(
        @JsonUnwrapped ContainerConfig config,
        @JsonProperty("HostConfig") HostConfig hostConfig,
        @JsonProperty("NetworkingConfig") NetworkingConfig networkingConfig) {

    public ContainerCreateRequest {
        config = Absence.or(config, ContainerConfig::empty);
        hostConfig = Absence.or(hostConfig, HostConfig::empty);
        networkingConfig = Absence.or(networkingConfig, NetworkingConfig::empty);
    }

    /** All fields absent. */
    public static ContainerCreateRequest empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder().config(config).hostConfig(hostConfig).networkingConfig(networkingConfig);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private ContainerConfig config = ContainerConfig.empty();
        private HostConfig hostConfig = HostConfig.empty();
        private NetworkingConfig networkingConfig = NetworkingConfig.empty();

        private Builder() {}

        public Builder config(ContainerConfig value) {
            this.config = value;
            return this;
        }

        public Builder hostConfig(HostConfig value) {
            this.hostConfig = value;
            return this;
        }

        public Builder networkingConfig(NetworkingConfig value) {
            this.networkingConfig = value;
            return this;
        }

        public ContainerCreateRequest build() {
            return new ContainerCreateRequest(config, hostConfig, networkingConfig);
        }
    }
}
