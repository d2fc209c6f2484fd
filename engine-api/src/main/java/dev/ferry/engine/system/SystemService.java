package dev.ferry.engine.system;

import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.model.system.VersionComponent;
import dev.ferry.api.model.system.VersionPlatform;
import dev.ferry.api.version.ApiVersion;
import java.util.List;
import java.util.Map;

/** Answers what this engine is. */
public final class SystemService {

    private final String version;
    private final HostFacts host;

    /** For an engine of the given version on the given host. */
    public SystemService(String version, HostFacts host) {
        this.version = version;
        this.host = host;
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
                                "Java", Runtime.version().toString()))))
                .version(version)
                .apiVersion(ApiVersion.NEWEST.toString())
                .minApiVersion(ApiVersion.OLDEST.toString())
                .goVersion("java " + Runtime.version())
                .os("linux")
                .arch(host.goArchitecture())
                .kernelVersion(host.kernel())
                .experimental(true)
                .build();
    }
}
