package dev.ferry.criu.checkpoint;

import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bind mounts of a container: CRIU leaves them out of a dump, and is told at the restore where their sources are. criu(8), --external */
final class ExternalMounts {
    private ExternalMounts() {}

    /** Destination to the key that stands for it. The key is the destination: unique, and readable in a log. */
    static Map<String, String> keys(Spec spec) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (Mount mount : spec.mounts()) {
            if (mount.isBindMount()) {
                String destination =
                        Path.of("/").resolve(mount.destination()).normalize().toString();
                keys.put(destination, destination);
            }
        }
        return keys;
    }

    /**
     * Key to source on this host, without symbolic links: CRIU cannot mount through them.
     *
     * @throws IOException if a source is gone, or the configuration has no mount for a key
     */
    static Map<String, Path> sources(Spec spec, Map<String, String> keys) throws IOException {
        Map<String, Path> byDestination = new LinkedHashMap<>();
        for (Mount mount : spec.mounts()) {
            String source = mount.source();
            if (mount.isBindMount() && source != null) {
                byDestination.put(
                        Path.of("/").resolve(mount.destination()).normalize().toString(), Path.of(source));
            }
        }
        Map<String, Path> sources = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : keys.entrySet()) {
            Path source = byDestination.get(entry.getKey());
            if (source == null) {
                throw new IOException("the checkpoint has a bind mount at \"" + entry.getKey()
                        + "\" and the container's configuration has none; add one");
            }
            sources.put(entry.getValue(), source.toRealPath());
        }
        return sources;
    }
}
