package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.image.OciDescriptor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code GET /containers/json}.
 *
 * @param names each with a leading slash
 * @param image as it was named at creation
 * @param created seconds since the epoch
 * @param sizeRw bytes
 * @param sizeRootFs bytes
 * @param status for people: {@code Up 5 minutes}
 */
public record ContainerSummary(
        @JsonProperty("Id") String id,
        @JsonProperty("Names") List<String> names,
        @JsonProperty("Image") String image,
        @JsonProperty("ImageID") String imageId,

        @JsonProperty("ImageManifestDescriptor") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        OciDescriptor imageManifestDescriptor,

        @JsonProperty("Command") String command,
        @JsonProperty("Created") long created,
        @JsonProperty("Ports") List<PortSummary> ports,

        @JsonProperty("SizeRw") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long sizeRw,

        @JsonProperty("SizeRootFs") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long sizeRootFs,

        @JsonProperty("Labels") Map<String, String> labels,
        @JsonProperty("State") String state,
        @JsonProperty("Status") String status,
        @JsonProperty("HostConfig") SummaryHostConfig hostConfig,
        @JsonProperty("NetworkSettings") SummaryNetworkSettings networkSettings,
        @JsonProperty("Mounts") List<MountPoint> mounts) {

    public ContainerSummary {
        id = Absence.text(id);
        names = Absence.list(names);
        image = Absence.text(image);
        imageId = Absence.text(imageId);
        command = Absence.text(command);
        ports = Absence.list(ports);
        labels = Absence.map(labels);
        state = Absence.text(state);
        status = Absence.text(status);
        hostConfig = Absence.or(hostConfig, SummaryHostConfig::empty);
        networkSettings = Absence.or(networkSettings, SummaryNetworkSettings::empty);
        mounts = Absence.list(mounts);
    }

    /** All fields absent. */
    public static ContainerSummary empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .id(id)
                .names(names)
                .image(image)
                .imageId(imageId)
                .imageManifestDescriptor(imageManifestDescriptor)
                .command(command)
                .created(created)
                .ports(ports)
                .sizeRw(sizeRw)
                .sizeRootFs(sizeRootFs)
                .labels(labels)
                .state(state)
                .status(status)
                .hostConfig(hostConfig)
                .networkSettings(networkSettings)
                .mounts(mounts);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String id = "";
        private List<String> names = List.of();
        private String image = "";
        private String imageId = "";
        private @Nullable OciDescriptor imageManifestDescriptor;
        private String command = "";
        private long created;
        private List<PortSummary> ports = List.of();
        private long sizeRw;
        private long sizeRootFs;
        private Map<String, String> labels = Map.of();
        private String state = "";
        private String status = "";
        private SummaryHostConfig hostConfig = SummaryHostConfig.empty();
        private SummaryNetworkSettings networkSettings = SummaryNetworkSettings.empty();
        private List<MountPoint> mounts = List.of();

        private Builder() {}

        public Builder id(String value) {
            this.id = value;
            return this;
        }

        public Builder names(List<String> value) {
            this.names = value;
            return this;
        }

        public Builder image(String value) {
            this.image = value;
            return this;
        }

        public Builder imageId(String value) {
            this.imageId = value;
            return this;
        }

        public Builder imageManifestDescriptor(@Nullable OciDescriptor value) {
            this.imageManifestDescriptor = value;
            return this;
        }

        public Builder command(String value) {
            this.command = value;
            return this;
        }

        public Builder created(long value) {
            this.created = value;
            return this;
        }

        public Builder ports(List<PortSummary> value) {
            this.ports = value;
            return this;
        }

        public Builder sizeRw(long value) {
            this.sizeRw = value;
            return this;
        }

        public Builder sizeRootFs(long value) {
            this.sizeRootFs = value;
            return this;
        }

        public Builder labels(Map<String, String> value) {
            this.labels = value;
            return this;
        }

        public Builder state(String value) {
            this.state = value;
            return this;
        }

        public Builder status(String value) {
            this.status = value;
            return this;
        }

        public Builder hostConfig(SummaryHostConfig value) {
            this.hostConfig = value;
            return this;
        }

        public Builder networkSettings(SummaryNetworkSettings value) {
            this.networkSettings = value;
            return this;
        }

        public Builder mounts(List<MountPoint> value) {
            this.mounts = value;
            return this;
        }

        public ContainerSummary build() {
            return new ContainerSummary(
                    id,
                    names,
                    image,
                    imageId,
                    imageManifestDescriptor,
                    command,
                    created,
                    ports,
                    sizeRw,
                    sizeRootFs,
                    labels,
                    state,
                    status,
                    hostConfig,
                    networkSettings,
                    mounts);
        }
    }
}
