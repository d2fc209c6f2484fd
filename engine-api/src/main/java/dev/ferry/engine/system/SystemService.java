package dev.ferry.engine.system;

import dev.ferry.api.model.ferry.HostFinding;
import dev.ferry.api.model.ferry.HostReport;
import dev.ferry.api.model.system.HostCounts;
import dev.ferry.api.model.system.HostLimits;
import dev.ferry.api.model.system.HostPlatform;
import dev.ferry.api.model.system.OciRuntime;
import dev.ferry.api.model.system.PluginNames;
import dev.ferry.api.model.system.SwarmState;
import dev.ferry.api.model.system.SystemInfo;
import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.model.system.VersionComponent;
import dev.ferry.api.model.system.VersionPlatform;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.CriuProbe;
import dev.ferry.criu.preflight.HostInspection;
import dev.ferry.engine.checkpoint.CheckpointService.CriuSource;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Runtimes;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.image.ImageService;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Answers what this engine is and has. */
public final class SystemService {

    private final String version;
    private final HostFacts host;
    private final Path root;
    private final ContainerRegistry registry;
    private final ImageService images;
    private final CgroupHierarchies hierarchies;
    private final Runtimes runtimes;
    private final CriuSource criu;

    /** For an engine of the given version on the given host. */
    public SystemService(
            String version,
            HostFacts host,
            Path root,
            ContainerRegistry registry,
            ImageService images,
            CgroupHierarchies hierarchies,
            Runtimes runtimes,
            CriuSource criu) {
        this.version = version;
        this.host = host;
        this.root = root;
        this.registry = registry;
        this.images = images;
        this.hierarchies = hierarchies;
        this.runtimes = runtimes;
        this.criu = criu;
    }

    /** Versions of the engine and its parts. */
    public SystemVersion version() {
        return SystemVersion.builder()
                .platform(new VersionPlatform("Ferry"))
                .components(List.of(new VersionComponent(
                        "Engine",
                        version,
                        Map.of(
                                "ApiVersion", ApiVersion.NEWEST.toString(),
                                "MinAPIVersion", ApiVersion.OLDEST.toString(),
                                "Arch", host.goArchitecture(),
                                "Os", "linux",
                                "KernelVersion", host.kernel(),
                                "Experimental", "true",
                                "GoVersion", "none: Java " + Runtime.version()))))
                .version(version)
                .apiVersion(ApiVersion.NEWEST.toString())
                .minApiVersion(ApiVersion.OLDEST.toString())
                .goVersion("none: Java " + Runtime.version())
                .os("linux")
                .arch(host.goArchitecture())
                .kernelVersion(host.kernel())
                .experimental(true)
                .build();
    }

    /** What this engine has and can do. */
    public SystemInfo info() {
        List<Container> all = registry.all();
        Set<String> controllers = hierarchies.controllers();
        boolean memory = controllers.contains("memory");
        boolean cpu = controllers.contains("cpu");
        return SystemInfo.builder()
                .id(host.name())
                .counts(new HostCounts(
                        all.size(), count(all, "running"), count(all, "paused"), stopped(all), images.count()))
                .driver("overlay2")
                .driverStatus(List.of(List.of("Backing", "overlayfs in the container's own mount namespace")))
                .dockerRootDir(root.toString())
                .plugins(new PluginNames(
                        List.of(), List.of("none", "host"), null, List.of("json-file", "local", "none")))
                .limits(new HostLimits(
                        memory,
                        memory,
                        false,
                        cpu,
                        cpu,
                        cpu,
                        controllers.contains("cpuset"),
                        controllers.contains("pids"),
                        memory && hierarchies.mode() != CgroupMode.V2))
                .systemTime(Instant.now())
                .loggingDriver("json-file")
                .cgroupDriver("cgroupfs")
                .cgroupVersion(hierarchies.mode() == CgroupMode.V2 ? "2" : "1")
                .platform(new HostPlatform(
                        host.kernel(),
                        host.operatingSystem(),
                        host.osVersion(),
                        "linux",
                        host.machine(),
                        host.processors(),
                        host.memory()))
                .name(host.name())
                .experimentalBuild(true)
                .serverVersion(version)
                .runtimes(runtimes())
                .defaultRuntime(runtimes.byDefault())
                .swarm(new SwarmState("", "", "inactive", false, "", null))
                .liveRestoreEnabled(true)
                .securityOptions(List.of("name=seccomp,profile=builtin"))
                .build();
    }

    private Map<String, OciRuntime> runtimes() {
        Map<String, OciRuntime> all = new TreeMap<>();
        all.put(Runtimes.BUILT_IN, OciRuntime.empty());
        runtimes.others()
                .forEach((name, other) ->
                        all.put(name, new OciRuntime(other.program().toString(), List.of(), Map.of())));
        return all;
    }

    /** What this host offers to checkpoints, with remedies for what is missing. */
    public HostReport hostReport() {
        dev.ferry.criu.preflight.HostReport report;
        try {
            CriuProbe probe = criu.checkpointer().probe();
            report = HostInspection.withCriu(probe.version(), probe.features());
        } catch (CriuException e) {
            report = HostInspection.withoutCriu(e);
        } catch (IOException e) {
            throw new Failed("host.report", "cannot inspect this host: " + e.getMessage(), e);
        }
        return new HostReport(report.findings().stream()
                .map(f -> new HostFinding(f.name(), f.status().name().toLowerCase(Locale.ROOT), f.detail(), f.remedy()))
                .toList());
    }

    private static int count(List<Container> all, String word) {
        return (int) all.stream().filter(c -> c.status().word().equals(word)).count();
    }

    private static int stopped(List<Container> all) {
        return (int) all.stream().filter(c -> !c.status().isAlive()).count();
    }
}
