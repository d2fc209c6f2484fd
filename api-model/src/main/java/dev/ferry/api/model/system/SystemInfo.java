package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /info}.
 */
public record SystemInfo(
        @JsonProperty("ID") String id,
        @JsonUnwrapped HostCounts counts,
        @JsonProperty("Driver") String driver,
        @JsonProperty("DriverStatus") List<List<String>> driverStatus,
        @JsonProperty("DockerRootDir") String dockerRootDir,
        @JsonProperty("Plugins") PluginNames plugins,
        @JsonUnwrapped HostLimits limits,
        @JsonProperty("IPv4Forwarding") boolean ipv4Forwarding,
        @JsonProperty("BridgeNfIptables") boolean bridgeNfIptables,
        @JsonProperty("BridgeNfIp6tables") boolean bridgeNfIp6tables,
        @JsonProperty("Debug") boolean debug,
        @JsonProperty("NFd") int fileDescriptors,
        @JsonProperty("NGoroutines") int threads,
        @JsonProperty("SystemTime") Instant systemTime,
        @JsonProperty("LoggingDriver") String loggingDriver,
        @JsonProperty("CgroupDriver") String cgroupDriver,

        @JsonProperty("CgroupVersion") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String cgroupVersion,

        @JsonProperty("NEventsListener") int eventListeners,
        @JsonUnwrapped HostPlatform platform,
        @JsonProperty("IndexServerAddress") String indexServerAddress,
        @JsonProperty("RegistryConfig") RegistryServiceConfig registryConfig,
        @JsonProperty("GenericResources") @Nullable List<JsonNode> genericResources,
        @JsonProperty("HttpProxy") String httpProxy,
        @JsonProperty("HttpsProxy") String httpsProxy,
        @JsonProperty("NoProxy") String noProxy,
        @JsonProperty("Name") String name,
        @JsonProperty("Labels") List<String> labels,
        @JsonProperty("ExperimentalBuild") boolean experimentalBuild,
        @JsonProperty("ServerVersion") String serverVersion,
        @JsonProperty("Runtimes") Map<String, OciRuntime> runtimes,
        @JsonProperty("DefaultRuntime") String defaultRuntime,
        @JsonProperty("Swarm") SwarmState swarm,
        @JsonProperty("LiveRestoreEnabled") boolean liveRestoreEnabled,
        @JsonProperty("Isolation") String isolation,
        @JsonProperty("InitBinary") String initBinary,
        @JsonUnwrapped EngineCommits commits,
        @JsonProperty("SecurityOptions") List<String> securityOptions,

        @JsonProperty("ProductLicense") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String productLicense,

        @JsonProperty("FirewallBackend") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        FirewallBackend firewallBackend,

        @JsonProperty("CDISpecDirs") List<String> cdiSpecDirs,
        @JsonProperty("Warnings") List<String> warnings) {

    public SystemInfo {
        id = Absence.text(id);
        counts = Absence.or(counts, HostCounts::empty);
        driver = Absence.text(driver);
        driverStatus = Absence.list(driverStatus);
        dockerRootDir = Absence.text(dockerRootDir);
        plugins = Absence.or(plugins, PluginNames::empty);
        limits = Absence.or(limits, HostLimits::empty);
        systemTime = Absence.time(systemTime);
        loggingDriver = Absence.text(loggingDriver);
        cgroupDriver = Absence.text(cgroupDriver);
        cgroupVersion = Absence.text(cgroupVersion);
        platform = Absence.or(platform, HostPlatform::empty);
        indexServerAddress = Absence.text(indexServerAddress);
        registryConfig = Absence.or(registryConfig, RegistryServiceConfig::empty);
        genericResources = Absence.copy(genericResources);
        httpProxy = Absence.text(httpProxy);
        httpsProxy = Absence.text(httpsProxy);
        noProxy = Absence.text(noProxy);
        name = Absence.text(name);
        labels = Absence.list(labels);
        serverVersion = Absence.text(serverVersion);
        runtimes = Absence.map(runtimes);
        defaultRuntime = Absence.text(defaultRuntime);
        swarm = Absence.or(swarm, SwarmState::empty);
        isolation = Absence.text(isolation);
        initBinary = Absence.text(initBinary);
        commits = Absence.or(commits, EngineCommits::empty);
        securityOptions = Absence.list(securityOptions);
        productLicense = Absence.text(productLicense);
        cdiSpecDirs = Absence.list(cdiSpecDirs);
        warnings = Absence.list(warnings);
    }

    /** All fields absent. */
    public static SystemInfo empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .id(id)
                .counts(counts)
                .driver(driver)
                .driverStatus(driverStatus)
                .dockerRootDir(dockerRootDir)
                .plugins(plugins)
                .limits(limits)
                .ipv4Forwarding(ipv4Forwarding)
                .bridgeNfIptables(bridgeNfIptables)
                .bridgeNfIp6tables(bridgeNfIp6tables)
                .debug(debug)
                .fileDescriptors(fileDescriptors)
                .threads(threads)
                .systemTime(systemTime)
                .loggingDriver(loggingDriver)
                .cgroupDriver(cgroupDriver)
                .cgroupVersion(cgroupVersion)
                .eventListeners(eventListeners)
                .platform(platform)
                .indexServerAddress(indexServerAddress)
                .registryConfig(registryConfig)
                .genericResources(genericResources)
                .httpProxy(httpProxy)
                .httpsProxy(httpsProxy)
                .noProxy(noProxy)
                .name(name)
                .labels(labels)
                .experimentalBuild(experimentalBuild)
                .serverVersion(serverVersion)
                .runtimes(runtimes)
                .defaultRuntime(defaultRuntime)
                .swarm(swarm)
                .liveRestoreEnabled(liveRestoreEnabled)
                .isolation(isolation)
                .initBinary(initBinary)
                .commits(commits)
                .securityOptions(securityOptions)
                .productLicense(productLicense)
                .firewallBackend(firewallBackend)
                .cdiSpecDirs(cdiSpecDirs)
                .warnings(warnings);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String id = "";
        private HostCounts counts = HostCounts.empty();
        private String driver = "";
        private List<List<String>> driverStatus = List.of();
        private String dockerRootDir = "";
        private PluginNames plugins = PluginNames.empty();
        private HostLimits limits = HostLimits.empty();
        private boolean ipv4Forwarding;
        private boolean bridgeNfIptables;
        private boolean bridgeNfIp6tables;
        private boolean debug;
        private int fileDescriptors;
        private int threads;
        private Instant systemTime = Absence.NEVER;
        private String loggingDriver = "";
        private String cgroupDriver = "";
        private String cgroupVersion = "";
        private int eventListeners;
        private HostPlatform platform = HostPlatform.empty();
        private String indexServerAddress = "";
        private RegistryServiceConfig registryConfig = RegistryServiceConfig.empty();
        private @Nullable List<JsonNode> genericResources;
        private String httpProxy = "";
        private String httpsProxy = "";
        private String noProxy = "";
        private String name = "";
        private List<String> labels = List.of();
        private boolean experimentalBuild;
        private String serverVersion = "";
        private Map<String, OciRuntime> runtimes = Map.of();
        private String defaultRuntime = "";
        private SwarmState swarm = SwarmState.empty();
        private boolean liveRestoreEnabled;
        private String isolation = "";
        private String initBinary = "";
        private EngineCommits commits = EngineCommits.empty();
        private List<String> securityOptions = List.of();
        private String productLicense = "";
        private @Nullable FirewallBackend firewallBackend;
        private List<String> cdiSpecDirs = List.of();
        private List<String> warnings = List.of();

        private Builder() {}

        public Builder id(String value) {
            this.id = value;
            return this;
        }

        public Builder counts(HostCounts value) {
            this.counts = value;
            return this;
        }

        public Builder driver(String value) {
            this.driver = value;
            return this;
        }

        public Builder driverStatus(List<List<String>> value) {
            this.driverStatus = value;
            return this;
        }

        public Builder dockerRootDir(String value) {
            this.dockerRootDir = value;
            return this;
        }

        public Builder plugins(PluginNames value) {
            this.plugins = value;
            return this;
        }

        public Builder limits(HostLimits value) {
            this.limits = value;
            return this;
        }

        public Builder ipv4Forwarding(boolean value) {
            this.ipv4Forwarding = value;
            return this;
        }

        public Builder bridgeNfIptables(boolean value) {
            this.bridgeNfIptables = value;
            return this;
        }

        public Builder bridgeNfIp6tables(boolean value) {
            this.bridgeNfIp6tables = value;
            return this;
        }

        public Builder debug(boolean value) {
            this.debug = value;
            return this;
        }

        public Builder fileDescriptors(int value) {
            this.fileDescriptors = value;
            return this;
        }

        public Builder threads(int value) {
            this.threads = value;
            return this;
        }

        public Builder systemTime(Instant value) {
            this.systemTime = value;
            return this;
        }

        public Builder loggingDriver(String value) {
            this.loggingDriver = value;
            return this;
        }

        public Builder cgroupDriver(String value) {
            this.cgroupDriver = value;
            return this;
        }

        public Builder cgroupVersion(String value) {
            this.cgroupVersion = value;
            return this;
        }

        public Builder eventListeners(int value) {
            this.eventListeners = value;
            return this;
        }

        public Builder platform(HostPlatform value) {
            this.platform = value;
            return this;
        }

        public Builder indexServerAddress(String value) {
            this.indexServerAddress = value;
            return this;
        }

        public Builder registryConfig(RegistryServiceConfig value) {
            this.registryConfig = value;
            return this;
        }

        public Builder genericResources(@Nullable List<JsonNode> value) {
            this.genericResources = value;
            return this;
        }

        public Builder httpProxy(String value) {
            this.httpProxy = value;
            return this;
        }

        public Builder httpsProxy(String value) {
            this.httpsProxy = value;
            return this;
        }

        public Builder noProxy(String value) {
            this.noProxy = value;
            return this;
        }

        public Builder name(String value) {
            this.name = value;
            return this;
        }

        public Builder labels(List<String> value) {
            this.labels = value;
            return this;
        }

        public Builder experimentalBuild(boolean value) {
            this.experimentalBuild = value;
            return this;
        }

        public Builder serverVersion(String value) {
            this.serverVersion = value;
            return this;
        }

        public Builder runtimes(Map<String, OciRuntime> value) {
            this.runtimes = value;
            return this;
        }

        public Builder defaultRuntime(String value) {
            this.defaultRuntime = value;
            return this;
        }

        public Builder swarm(SwarmState value) {
            this.swarm = value;
            return this;
        }

        public Builder liveRestoreEnabled(boolean value) {
            this.liveRestoreEnabled = value;
            return this;
        }

        public Builder isolation(String value) {
            this.isolation = value;
            return this;
        }

        public Builder initBinary(String value) {
            this.initBinary = value;
            return this;
        }

        public Builder commits(EngineCommits value) {
            this.commits = value;
            return this;
        }

        public Builder securityOptions(List<String> value) {
            this.securityOptions = value;
            return this;
        }

        public Builder productLicense(String value) {
            this.productLicense = value;
            return this;
        }

        public Builder firewallBackend(@Nullable FirewallBackend value) {
            this.firewallBackend = value;
            return this;
        }

        public Builder cdiSpecDirs(List<String> value) {
            this.cdiSpecDirs = value;
            return this;
        }

        public Builder warnings(List<String> value) {
            this.warnings = value;
            return this;
        }

        public SystemInfo build() {
            return new SystemInfo(
                    id,
                    counts,
                    driver,
                    driverStatus,
                    dockerRootDir,
                    plugins,
                    limits,
                    ipv4Forwarding,
                    bridgeNfIptables,
                    bridgeNfIp6tables,
                    debug,
                    fileDescriptors,
                    threads,
                    systemTime,
                    loggingDriver,
                    cgroupDriver,
                    cgroupVersion,
                    eventListeners,
                    platform,
                    indexServerAddress,
                    registryConfig,
                    genericResources,
                    httpProxy,
                    httpsProxy,
                    noProxy,
                    name,
                    labels,
                    experimentalBuild,
                    serverVersion,
                    runtimes,
                    defaultRuntime,
                    swarm,
                    liveRestoreEnabled,
                    isolation,
                    initBinary,
                    commits,
                    securityOptions,
                    productLicense,
                    firewallBackend,
                    cdiSpecDirs,
                    warnings);
        }
    }
}
