package dev.ferry.runtime.oci;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One mount inside the container, made in the order of the list. config.md, "Mounts".
 *
 * @param destination absolute path inside the container
 * @param type file system type; ignored for bind mounts
 * @param source device, directory to bind, or a name that only shows up in the mount table
 * @param options as mount(8) takes them, {@code ro}, {@code rbind}, {@code size=64m}
 */
public record Mount(
        String destination,
        @Nullable String type,
        @Nullable String source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {

    public Mount {
        Required.text("mounts[].destination", destination);
        options = Required.list(options);
        uidMappings = Required.list(uidMappings);
        gidMappings = Required.list(gidMappings);
    }

    /** A mount without mapped ids. */
    public Mount(String destination, String type, String source, List<String> options) {
        this(destination, type, source, options, List.of(), List.of());
    }

    /** The same mount of something else. */
    public Mount withSource(String other) {
        return new Mount(destination, type, other, options, uidMappings, gidMappings);
    }

    /** Whether its ids are mapped: by maps of its own, or the container's. config.md, "idmap" */
    public boolean mapsIds() {
        return !uidMappings.isEmpty()
                || !gidMappings.isEmpty()
                || options.contains("idmap")
                || options.contains("ridmap");
    }

    /** Whether this is a bind mount: an option says so, or the type does. */
    public boolean isBindMount() {
        return options.contains("bind") || options.contains("rbind") || "bind".equals(type);
    }
}
