package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ferry.api.model.Absence;
import dev.ferry.api.model.network.PortMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of the host a container gets: limits, files, names, privileges.
 *
 * @param binds {@code source:target[:options]}
 * @param consoleSize rows, columns
 * @param cgroupnsMode empty, {@code private} or {@code host}
 * @param oomScoreAdj -1000 to 1000
 * @param tmpfs target to mount options
 * @param shmSize bytes of /dev/shm; 0: 64 MiB
 * @param maskedPaths null: the default list; empty: none
 * @param readonlyPaths null: the default list; empty: none
 */
public record HostConfig(
        @JsonProperty("Binds") @Nullable List<String> binds,
        @JsonProperty("ContainerIDFile") String containerIdFile,
        @JsonProperty("LogConfig") LogConfig logConfig,
        @JsonProperty("NetworkMode") String networkMode,
        @JsonProperty("PortBindings") PortMap portBindings,
        @JsonProperty("RestartPolicy") RestartPolicy restartPolicy,
        @JsonProperty("AutoRemove") boolean autoRemove,
        @JsonProperty("VolumeDriver") String volumeDriver,
        @JsonProperty("VolumesFrom") @Nullable List<String> volumesFrom,

        @JsonProperty("Mounts") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<Mount> mounts,

        @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize,

        @JsonProperty("Annotations") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> annotations,

        @JsonProperty("CapAdd") @Nullable List<String> capAdd,
        @JsonProperty("CapDrop") @Nullable List<String> capDrop,
        @JsonProperty("CgroupnsMode") String cgroupnsMode,
        @JsonProperty("Dns") List<String> dns,
        @JsonProperty("DnsOptions") List<String> dnsOptions,
        @JsonProperty("DnsSearch") List<String> dnsSearch,
        @JsonProperty("ExtraHosts") @Nullable List<String> extraHosts,
        @JsonProperty("GroupAdd") @Nullable List<String> groupAdd,
        @JsonProperty("IpcMode") String ipcMode,
        @JsonProperty("Cgroup") String cgroup,
        @JsonProperty("Links") @Nullable List<String> links,
        @JsonProperty("OomScoreAdj") int oomScoreAdj,
        @JsonProperty("PidMode") String pidMode,
        @JsonProperty("Privileged") boolean privileged,
        @JsonProperty("PublishAllPorts") boolean publishAllPorts,
        @JsonProperty("ReadonlyRootfs") boolean readonlyRootfs,
        @JsonProperty("SecurityOpt") @Nullable List<String> securityOpt,

        @JsonProperty("StorageOpt") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> storageOpt,

        @JsonProperty("Tmpfs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> tmpfs,

        @JsonProperty("UTSMode") String utsMode,
        @JsonProperty("UsernsMode") String usernsMode,
        @JsonProperty("ShmSize") long shmSize,

        @JsonProperty("Sysctls") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> sysctls,

        @JsonProperty("Runtime") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String runtime,

        @JsonProperty("Isolation") String isolation,
        @JsonUnwrapped Resources resources,
        @JsonProperty("MaskedPaths") @Nullable List<String> maskedPaths,
        @JsonProperty("ReadonlyPaths") @Nullable List<String> readonlyPaths) {

    public HostConfig {
        binds = Absence.copy(binds);
        containerIdFile = Absence.text(containerIdFile);
        logConfig = Absence.or(logConfig, LogConfig::empty);
        networkMode = Absence.text(networkMode);
        portBindings = Absence.or(portBindings, PortMap::empty);
        restartPolicy = Absence.or(restartPolicy, RestartPolicy::empty);
        volumeDriver = Absence.text(volumeDriver);
        volumesFrom = Absence.copy(volumesFrom);
        mounts = Absence.list(mounts);
        consoleSize = Absence.copy(consoleSize);
        annotations = Absence.map(annotations);
        capAdd = Absence.copy(capAdd);
        capDrop = Absence.copy(capDrop);
        cgroupnsMode = Absence.text(cgroupnsMode);
        dns = Absence.list(dns);
        dnsOptions = Absence.list(dnsOptions);
        dnsSearch = Absence.list(dnsSearch);
        extraHosts = Absence.copy(extraHosts);
        groupAdd = Absence.copy(groupAdd);
        ipcMode = Absence.text(ipcMode);
        cgroup = Absence.text(cgroup);
        links = Absence.copy(links);
        pidMode = Absence.text(pidMode);
        securityOpt = Absence.copy(securityOpt);
        storageOpt = Absence.map(storageOpt);
        tmpfs = Absence.map(tmpfs);
        utsMode = Absence.text(utsMode);
        usernsMode = Absence.text(usernsMode);
        sysctls = Absence.map(sysctls);
        runtime = Absence.text(runtime);
        isolation = Absence.text(isolation);
        resources = Absence.or(resources, Resources::empty);
        maskedPaths = Absence.copy(maskedPaths);
        readonlyPaths = Absence.copy(readonlyPaths);
    }

    /** All fields absent. */
    public static HostConfig empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .binds(binds)
                .containerIdFile(containerIdFile)
                .logConfig(logConfig)
                .networkMode(networkMode)
                .portBindings(portBindings)
                .restartPolicy(restartPolicy)
                .autoRemove(autoRemove)
                .volumeDriver(volumeDriver)
                .volumesFrom(volumesFrom)
                .mounts(mounts)
                .consoleSize(consoleSize)
                .annotations(annotations)
                .capAdd(capAdd)
                .capDrop(capDrop)
                .cgroupnsMode(cgroupnsMode)
                .dns(dns)
                .dnsOptions(dnsOptions)
                .dnsSearch(dnsSearch)
                .extraHosts(extraHosts)
                .groupAdd(groupAdd)
                .ipcMode(ipcMode)
                .cgroup(cgroup)
                .links(links)
                .oomScoreAdj(oomScoreAdj)
                .pidMode(pidMode)
                .privileged(privileged)
                .publishAllPorts(publishAllPorts)
                .readonlyRootfs(readonlyRootfs)
                .securityOpt(securityOpt)
                .storageOpt(storageOpt)
                .tmpfs(tmpfs)
                .utsMode(utsMode)
                .usernsMode(usernsMode)
                .shmSize(shmSize)
                .sysctls(sysctls)
                .runtime(runtime)
                .isolation(isolation)
                .resources(resources)
                .maskedPaths(maskedPaths)
                .readonlyPaths(readonlyPaths);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private @Nullable List<String> binds;
        private String containerIdFile = "";
        private LogConfig logConfig = LogConfig.empty();
        private String networkMode = "";
        private PortMap portBindings = PortMap.empty();
        private RestartPolicy restartPolicy = RestartPolicy.empty();
        private boolean autoRemove;
        private String volumeDriver = "";
        private @Nullable List<String> volumesFrom;
        private List<Mount> mounts = List.of();
        private @Nullable List<Integer> consoleSize;
        private Map<String, String> annotations = Map.of();
        private @Nullable List<String> capAdd;
        private @Nullable List<String> capDrop;
        private String cgroupnsMode = "";
        private List<String> dns = List.of();
        private List<String> dnsOptions = List.of();
        private List<String> dnsSearch = List.of();
        private @Nullable List<String> extraHosts;
        private @Nullable List<String> groupAdd;
        private String ipcMode = "";
        private String cgroup = "";
        private @Nullable List<String> links;
        private int oomScoreAdj;
        private String pidMode = "";
        private boolean privileged;
        private boolean publishAllPorts;
        private boolean readonlyRootfs;
        private @Nullable List<String> securityOpt;
        private Map<String, String> storageOpt = Map.of();
        private Map<String, String> tmpfs = Map.of();
        private String utsMode = "";
        private String usernsMode = "";
        private long shmSize;
        private Map<String, String> sysctls = Map.of();
        private String runtime = "";
        private String isolation = "";
        private Resources resources = Resources.empty();
        private @Nullable List<String> maskedPaths;
        private @Nullable List<String> readonlyPaths;

        private Builder() {}

        public Builder binds(@Nullable List<String> value) {
            this.binds = value;
            return this;
        }

        public Builder containerIdFile(String value) {
            this.containerIdFile = value;
            return this;
        }

        public Builder logConfig(LogConfig value) {
            this.logConfig = value;
            return this;
        }

        public Builder networkMode(String value) {
            this.networkMode = value;
            return this;
        }

        public Builder portBindings(PortMap value) {
            this.portBindings = value;
            return this;
        }

        public Builder restartPolicy(RestartPolicy value) {
            this.restartPolicy = value;
            return this;
        }

        public Builder autoRemove(boolean value) {
            this.autoRemove = value;
            return this;
        }

        public Builder volumeDriver(String value) {
            this.volumeDriver = value;
            return this;
        }

        public Builder volumesFrom(@Nullable List<String> value) {
            this.volumesFrom = value;
            return this;
        }

        public Builder mounts(List<Mount> value) {
            this.mounts = value;
            return this;
        }

        public Builder consoleSize(@Nullable List<Integer> value) {
            this.consoleSize = value;
            return this;
        }

        public Builder annotations(Map<String, String> value) {
            this.annotations = value;
            return this;
        }

        public Builder capAdd(@Nullable List<String> value) {
            this.capAdd = value;
            return this;
        }

        public Builder capDrop(@Nullable List<String> value) {
            this.capDrop = value;
            return this;
        }

        public Builder cgroupnsMode(String value) {
            this.cgroupnsMode = value;
            return this;
        }

        public Builder dns(List<String> value) {
            this.dns = value;
            return this;
        }

        public Builder dnsOptions(List<String> value) {
            this.dnsOptions = value;
            return this;
        }

        public Builder dnsSearch(List<String> value) {
            this.dnsSearch = value;
            return this;
        }

        public Builder extraHosts(@Nullable List<String> value) {
            this.extraHosts = value;
            return this;
        }

        public Builder groupAdd(@Nullable List<String> value) {
            this.groupAdd = value;
            return this;
        }

        public Builder ipcMode(String value) {
            this.ipcMode = value;
            return this;
        }

        public Builder cgroup(String value) {
            this.cgroup = value;
            return this;
        }

        public Builder links(@Nullable List<String> value) {
            this.links = value;
            return this;
        }

        public Builder oomScoreAdj(int value) {
            this.oomScoreAdj = value;
            return this;
        }

        public Builder pidMode(String value) {
            this.pidMode = value;
            return this;
        }

        public Builder privileged(boolean value) {
            this.privileged = value;
            return this;
        }

        public Builder publishAllPorts(boolean value) {
            this.publishAllPorts = value;
            return this;
        }

        public Builder readonlyRootfs(boolean value) {
            this.readonlyRootfs = value;
            return this;
        }

        public Builder securityOpt(@Nullable List<String> value) {
            this.securityOpt = value;
            return this;
        }

        public Builder storageOpt(Map<String, String> value) {
            this.storageOpt = value;
            return this;
        }

        public Builder tmpfs(Map<String, String> value) {
            this.tmpfs = value;
            return this;
        }

        public Builder utsMode(String value) {
            this.utsMode = value;
            return this;
        }

        public Builder usernsMode(String value) {
            this.usernsMode = value;
            return this;
        }

        public Builder shmSize(long value) {
            this.shmSize = value;
            return this;
        }

        public Builder sysctls(Map<String, String> value) {
            this.sysctls = value;
            return this;
        }

        public Builder runtime(String value) {
            this.runtime = value;
            return this;
        }

        public Builder isolation(String value) {
            this.isolation = value;
            return this;
        }

        public Builder resources(Resources value) {
            this.resources = value;
            return this;
        }

        public Builder maskedPaths(@Nullable List<String> value) {
            this.maskedPaths = value;
            return this;
        }

        public Builder readonlyPaths(@Nullable List<String> value) {
            this.readonlyPaths = value;
            return this;
        }

        public HostConfig build() {
            return new HostConfig(
                    binds,
                    containerIdFile,
                    logConfig,
                    networkMode,
                    portBindings,
                    restartPolicy,
                    autoRemove,
                    volumeDriver,
                    volumesFrom,
                    mounts,
                    consoleSize,
                    annotations,
                    capAdd,
                    capDrop,
                    cgroupnsMode,
                    dns,
                    dnsOptions,
                    dnsSearch,
                    extraHosts,
                    groupAdd,
                    ipcMode,
                    cgroup,
                    links,
                    oomScoreAdj,
                    pidMode,
                    privileged,
                    publishAllPorts,
                    readonlyRootfs,
                    securityOpt,
                    storageOpt,
                    tmpfs,
                    utsMode,
                    usernsMode,
                    shmSize,
                    sysctls,
                    runtime,
                    isolation,
                    resources,
                    maskedPaths,
                    readonlyPaths);
        }
    }
}
