package dev.ferry.engine.container;

import dev.ferry.api.model.container.Mount;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.volume.VolumeService;
import java.util.List;

/**
 * A directory or file of the host, or a volume, that a container sees, as it is asked for.
 *
 * @param source an absolute path, or the name of a volume
 * @param create whether a missing source becomes a directory, as {@code -v} does and {@code --mount} does not
 * @param mode the options as they were written
 * @param copy whether an empty volume gets what the image has there
 */
record BindSpec(
        String source,
        String destination,
        boolean readOnly,
        String propagation,
        boolean create,
        String mode,
        boolean copy) {

    private static final List<String> PROPAGATIONS =
            List.of("private", "rprivate", "slave", "rslave", "shared", "rshared");

    /** Reads {@code /host:/container[:options]}. */
    static BindSpec parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new InvalidRequest("container.bind", "invalid volume specification: '" + text + "'");
        }
        if (!parts[0].startsWith("/")) {
            VolumeService.checked(parts[0]);
        }
        if (!parts[1].startsWith("/") || parts[1].equals("/")) {
            throw new InvalidRequest(
                    "container.bind",
                    "invalid volume specification: '" + text + "': invalid mount path: '" + parts[1]
                            + "' mount path must be absolute and not '/'");
        }
        boolean readOnly = false;
        boolean copy = true;
        String propagation = "rprivate";
        if (parts.length == 3) {
            for (String option : parts[2].split(",", -1)) {
                switch (option) {
                    case "ro" -> readOnly = true;
                    case "nocopy" -> copy = false;
                    // labels need SELinux, which this engine does not use; the others say what a bind does anyway
                    case "rw", "z", "Z", "cached", "delegated", "consistent", "copy", "" -> {}
                    default -> {
                        if (!PROPAGATIONS.contains(option)) {
                            throw new InvalidRequest(
                                    "container.bind", "invalid mode: " + option + " in '" + text + "'");
                        }
                        propagation = option;
                    }
                }
            }
        }
        return new BindSpec(parts[0], parts[1], readOnly, propagation, true, parts.length == 3 ? parts[2] : "", copy);
    }

    /** Reads a mount of type bind. */
    static BindSpec of(Mount mount) {
        if (!mount.source().startsWith("/")) {
            throw new InvalidRequest(
                    "container.bind",
                    "invalid mount config for type \"bind\": invalid mount path: '" + mount.source()
                            + "' mount path must be absolute");
        }
        var options = mount.bindOptions();
        String propagation = options == null || options.propagation().isEmpty() ? "rprivate" : options.propagation();
        if (!PROPAGATIONS.contains(propagation)) {
            throw new InvalidRequest("container.bind", "invalid propagation mode: " + propagation);
        }
        return new BindSpec(
                mount.source(),
                mount.target(),
                mount.readOnly(),
                propagation,
                options != null && options.createMountpoint(),
                "",
                false);
    }

    /** Whether the source is a volume's name. */
    boolean isVolume() {
        return !source.startsWith("/");
    }
}
