package dev.ferry.criu.bundle;

import dev.ferry.runtime.oci.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The file of options that an administrator or a container's owner has for CRIU, found as runc finds it: it counts more than what flags say. */
final class ConfigurationFile {
    private static final String ANNOTATION = "org.criu.config";
    private static final Path OF_HOST = Path.of("/etc/criu/runc.conf");

    private ConfigurationFile() {}

    /** The one that the configuration names, which an empty name switches off; else that of the host, if there is one. */
    static Optional<String> of(Spec spec) {
        String named = spec.annotations().get(ANNOTATION);
        if (named != null) {
            return named.isEmpty() ? Optional.empty() : Optional.of(named);
        }
        return Files.exists(OF_HOST) ? Optional.of(OF_HOST.toString()) : Optional.empty();
    }
}
