package dev.ferry.engine.container;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;

/**
 * Something from outside that a container sees at a path: a directory or file of the host, or a volume. Settled when the container is made and
 * written down with it, so that every start, restore and question finds the same.
 *
 * @param volume the volume's name; empty for a file of the host
 * @param source where it is on the host; for a volume: where it was when the container was made, to be shown
 * @param anonymous whether the volume was made for this container alone, and goes when it is removed with its volumes
 * @param mode the options as the user wrote them, to be shown
 * @param recursion what becomes of mounts below the source
 * @param create whether a missing source becomes a directory, as {@code -v} does and {@code --mount} does not
 * @param copy whether an empty volume gets what the image has at the path
 * @param subpath the part of the volume that is shown; empty for all of it
 */
public record Attachment(
        String volume,
        String source,
        String destination,
        boolean readOnly,
        boolean anonymous,
        String mode,
        String propagation,
        Recursion recursion,
        boolean create,
        boolean copy,
        String subpath) {

    /** What becomes of mounts below the source of a bind. */
    public enum Recursion {
        /** They are shown, and read-only if it is. */
        ALL,
        /** They are shown, and stay writable. */
        WRITABLE_BELOW,
        /** They are not shown. */
        NONE
    }

    /** Whether it is a volume. */
    @JsonIgnore
    public boolean isVolume() {
        return !volume.isEmpty();
    }

    /** A file or directory of the host. */
    static Attachment ofHost(BindSpec bind, String mode, Recursion recursion) {
        return new Attachment(
                "",
                bind.source(),
                bind.destination(),
                bind.readOnly(),
                false,
                mode,
                bind.propagation(),
                recursion,
                bind.create(),
                false,
                "");
    }

    /** The same elsewhere. */
    Attachment withSource(String value) {
        return new Attachment(
                volume, value, destination, readOnly, anonymous, mode, propagation, recursion, create, copy, subpath);
    }

    /** The same as another container takes it over. */
    Attachment takenOver(boolean onlyToRead) {
        return new Attachment(
                volume,
                source,
                destination,
                readOnly || onlyToRead,
                anonymous,
                onlyToRead ? "ro" : mode,
                propagation,
                recursion,
                create,
                false,
                subpath);
    }

    /** How the runtime is told, with the real source. */
    dev.ferry.runtime.oci.Mount toMount(String from) {
        List<String> options = new ArrayList<>(List.of(recursion == Recursion.NONE ? "bind" : "rbind", propagation));
        if (readOnly) {
            options.add(recursion == Recursion.ALL ? "rro" : "ro");
        }
        return new dev.ferry.runtime.oci.Mount(destination, "bind", from, options);
    }
}
