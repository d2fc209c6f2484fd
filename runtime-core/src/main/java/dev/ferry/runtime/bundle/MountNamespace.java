package dev.ferry.runtime.bundle;

import dev.ferry.runtime.oci.LinuxNamespace;
import dev.ferry.runtime.oci.NamespaceKind;
import dev.ferry.runtime.oci.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A mount namespace that a container joins gets the container's root, and so does everybody else in it. pivot_root(2) */
final class MountNamespace {
    private static final Path OURS = Path.of("/proc/self/ns/mnt");

    private MountNamespace() {}

    /**
     * Takes care of the host's.
     *
     * @throws RuntimeRefused when the configuration names the one that this process is in
     */
    static void requireForeign(Spec spec) throws RuntimeRefused, IOException {
        if (spec.linux() == null) {
            return;
        }
        for (LinuxNamespace namespace : spec.linux().namespaces()) {
            String path = namespace.path();
            // one that does not exist is told of when it is opened
            if (namespace.type() == NamespaceKind.MOUNT
                    && path != null
                    && Files.exists(Path.of(path))
                    && Files.isSameFile(Path.of(path), OURS)) {
                throw new RuntimeRefused(
                        "linux.namespaces joins the runtime's own mount namespace \"%s\", and the container's root would become the host's; leave the path out"
                                .formatted(path));
            }
        }
    }
}
