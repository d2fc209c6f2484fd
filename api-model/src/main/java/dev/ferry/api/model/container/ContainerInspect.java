package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.image.GraphDriver;
import dev.ferry.api.model.image.OciDescriptor;
import dev.ferry.api.model.network.NetworkSettings;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything known about one container: {@code GET /containers/{id}/json}.
 *
 * @param image digest of the image
 * @param name with a leading slash
 * @param sizeRw bytes; only when asked for
 * @param sizeRootFs bytes; only when asked for
 */
public record ContainerInspect(
        @JsonProperty("Id") String id,
        @JsonProperty("Created") Instant created,
        @JsonProperty("Path") String path,
        @JsonProperty("Args") List<String> args,
        @JsonProperty("State") ContainerState state,
        @JsonProperty("Image") String image,
        @JsonProperty("ResolvConfPath") String resolvConfPath,
        @JsonProperty("HostnamePath") String hostnamePath,
        @JsonProperty("HostsPath") String hostsPath,
        @JsonProperty("LogPath") String logPath,
        @JsonProperty("Name") String name,
        @JsonProperty("RestartCount") int restartCount,
        @JsonProperty("Driver") String driver,
        @JsonProperty("Platform") String platform,

        @JsonProperty("ImageManifestDescriptor") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        OciDescriptor imageManifestDescriptor,

        @JsonProperty("MountLabel") String mountLabel,
        @JsonProperty("ProcessLabel") String processLabel,
        @JsonProperty("AppArmorProfile") String appArmorProfile,
        @JsonProperty("ExecIDs") @Nullable List<String> execIds,
        @JsonProperty("HostConfig") HostConfig hostConfig,
        @JsonProperty("GraphDriver") GraphDriver graphDriver,

        @JsonProperty("SizeRw") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Long sizeRw,

        @JsonProperty("SizeRootFs") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Long sizeRootFs,

        @JsonProperty("Mounts") List<MountPoint> mounts,
        @JsonProperty("Config") ContainerConfig config,
        @JsonProperty("NetworkSettings") NetworkSettings networkSettings) {

    public ContainerInspect {
        id = Absence.text(id);
        created = Absence.time(created);
        path = Absence.text(path);
        args = Absence.list(args);
        state = Absence.or(state, ContainerState::empty);
        image = Absence.text(image);
        resolvConfPath = Absence.text(resolvConfPath);
        hostnamePath = Absence.text(hostnamePath);
        hostsPath = Absence.text(hostsPath);
        logPath = Absence.text(logPath);
        name = Absence.text(name);
        driver = Absence.text(driver);
        platform = Absence.text(platform);
        mountLabel = Absence.text(mountLabel);
        processLabel = Absence.text(processLabel);
        appArmorProfile = Absence.text(appArmorProfile);
        execIds = Absence.copy(execIds);
        hostConfig = Absence.or(hostConfig, HostConfig::empty);
        graphDriver = Absence.or(graphDriver, GraphDriver::empty);
        mounts = Absence.list(mounts);
        config = Absence.or(config, ContainerConfig::empty);
        networkSettings = Absence.or(networkSettings, NetworkSettings::empty);
    }

    /** All fields absent. */
    public static ContainerInspect empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .id(id)
                .created(created)
                .path(path)
                .args(args)
                .state(state)
                .image(image)
                .resolvConfPath(resolvConfPath)
                .hostnamePath(hostnamePath)
                .hostsPath(hostsPath)
                .logPath(logPath)
                .name(name)
                .restartCount(restartCount)
                .driver(driver)
                .platform(platform)
                .imageManifestDescriptor(imageManifestDescriptor)
                .mountLabel(mountLabel)
                .processLabel(processLabel)
                .appArmorProfile(appArmorProfile)
                .execIds(execIds)
                .hostConfig(hostConfig)
                .graphDriver(graphDriver)
                .sizeRw(sizeRw)
                .sizeRootFs(sizeRootFs)
                .mounts(mounts)
                .config(config)
                .networkSettings(networkSettings);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String id = "";
        private Instant created = Absence.NEVER;
        private String path = "";
        private List<String> args = List.of();
        private ContainerState state = ContainerState.empty();
        private String image = "";
        private String resolvConfPath = "";
        private String hostnamePath = "";
        private String hostsPath = "";
        private String logPath = "";
        private String name = "";
        private int restartCount;
        private String driver = "";
        private String platform = "";
        private @Nullable OciDescriptor imageManifestDescriptor;
        private String mountLabel = "";
        private String processLabel = "";
        private String appArmorProfile = "";
        private @Nullable List<String> execIds;
        private HostConfig hostConfig = HostConfig.empty();
        private GraphDriver graphDriver = GraphDriver.empty();
        private @Nullable Long sizeRw;
        private @Nullable Long sizeRootFs;
        private List<MountPoint> mounts = List.of();
        private ContainerConfig config = ContainerConfig.empty();
        private NetworkSettings networkSettings = NetworkSettings.empty();

        private Builder() {}

        public Builder id(String value) {
            this.id = value;
            return this;
        }

        public Builder created(Instant value) {
            this.created = value;
            return this;
        }

        public Builder path(String value) {
            this.path = value;
            return this;
        }

        public Builder args(List<String> value) {
            this.args = value;
            return this;
        }

        public Builder state(ContainerState value) {
            this.state = value;
            return this;
        }

        public Builder image(String value) {
            this.image = value;
            return this;
        }

        public Builder resolvConfPath(String value) {
            this.resolvConfPath = value;
            return this;
        }

        public Builder hostnamePath(String value) {
            this.hostnamePath = value;
            return this;
        }

        public Builder hostsPath(String value) {
            this.hostsPath = value;
            return this;
        }

        public Builder logPath(String value) {
            this.logPath = value;
            return this;
        }

        public Builder name(String value) {
            this.name = value;
            return this;
        }

        public Builder restartCount(int value) {
            this.restartCount = value;
            return this;
        }

        public Builder driver(String value) {
            this.driver = value;
            return this;
        }

        public Builder platform(String value) {
            this.platform = value;
            return this;
        }

        public Builder imageManifestDescriptor(@Nullable OciDescriptor value) {
            this.imageManifestDescriptor = value;
            return this;
        }

        public Builder mountLabel(String value) {
            this.mountLabel = value;
            return this;
        }

        public Builder processLabel(String value) {
            this.processLabel = value;
            return this;
        }

        public Builder appArmorProfile(String value) {
            this.appArmorProfile = value;
            return this;
        }

        public Builder execIds(@Nullable List<String> value) {
            this.execIds = value;
            return this;
        }

        public Builder hostConfig(HostConfig value) {
            this.hostConfig = value;
            return this;
        }

        public Builder graphDriver(GraphDriver value) {
            this.graphDriver = value;
            return this;
        }

        public Builder sizeRw(@Nullable Long value) {
            this.sizeRw = value;
            return this;
        }

        public Builder sizeRootFs(@Nullable Long value) {
            this.sizeRootFs = value;
            return this;
        }

        public Builder mounts(List<MountPoint> value) {
            this.mounts = value;
            return this;
        }

        public Builder config(ContainerConfig value) {
            this.config = value;
            return this;
        }

        public Builder networkSettings(NetworkSettings value) {
            this.networkSettings = value;
            return this;
        }

        public ContainerInspect build() {
            return new ContainerInspect(
                    id,
                    created,
                    path,
                    args,
                    state,
                    image,
                    resolvConfPath,
                    hostnamePath,
                    hostsPath,
                    logPath,
                    name,
                    restartCount,
                    driver,
                    platform,
                    imageManifestDescriptor,
                    mountLabel,
                    processLabel,
                    appArmorProfile,
                    execIds,
                    hostConfig,
                    graphDriver,
                    sizeRw,
                    sizeRootFs,
                    mounts,
                    config,
                    networkSettings);
        }
    }
}
