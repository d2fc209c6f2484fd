package dev.ferry.criu.bundle;

import dev.ferry.runtime.bundle.RuntimeRefused;
import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.Mount;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces that a container shares with others, by their files.
 *
 * @param network stays outside of the images and is handed over at the restore
 * @param joined by CRIU at the restore: kind, as /proc names it, to file
 */
record Joining(Optional<Path> network, Map<String, String> joined) {
    Joining {
        joined = Map.copyOf(joined);
    }

    /**
     * Those of a configuration.
     *
     * @throws RuntimeRefused for kinds that could not be joined again
     */
    static Joining of(Spec spec) throws RuntimeRefused {
        requirePlainMounts(spec);
        Optional<Path> network = Optional.empty();
        Map<String, String> joined = new LinkedHashMap<>();
        for (LinuxNamespace namespace : OutsideMounts.namespaces(spec)) {
            String file = namespace.path();
            if (file == null) {
                continue;
            }
            switch (namespace.type()) {
                case NETWORK -> network = Optional.of(Path.of(file));
                case IPC, UTS -> joined.put(namespace.type().file(), file);
                case PID, MOUNT, CGROUP, USER, TIME ->
                    throw new RuntimeRefused(
                            "linux.namespaces joins \"%s\" by path, and a checkpoint could not join it again; give the container its own"
                                    .formatted(namespace.type().file()));
            }
        }
        return new Joining(network, joined);
    }

    /** CRIU is told the source of a mount and not how ids are mapped on it: files would come back as somebody else's. */
    private static void requirePlainMounts(Spec spec) throws RuntimeRefused {
        for (Mount mount : spec.mounts()) {
            boolean mapped = !mount.uidMappings().isEmpty()
                    || !mount.gidMappings().isEmpty()
                    || mount.options().contains("idmap")
                    || mount.options().contains("ridmap");
            if (mapped) {
                throw new RuntimeRefused(
                        "the mount at \"%s\" maps ids, and a checkpoint could not mount it so again; mount it without"
                                .formatted(mount.destination()));
            }
        }
    }

    /** Whether the container has a network namespace to itself. */
    static boolean hasOwnNetwork(Spec spec) {
        return OutsideMounts.namespaces(spec).stream()
                .anyMatch(namespace -> namespace.type() == NamespaceKind.NETWORK && namespace.path() == null);
    }
}
