package dev.ferry.engine.container;

import dev.ferry.api.model.container.HostConfig;
import java.util.List;

/** Which of the host's own files a container sees. */
public final class HostMounts {
    private HostMounts() {}

    /** The sources of all bind mounts, as they were asked for. */
    public static List<String> of(HostConfig host) {
        return SpecAssembly.binds(host).stream()
                .map(BindSpec::source)
                .distinct()
                .toList();
    }
}
