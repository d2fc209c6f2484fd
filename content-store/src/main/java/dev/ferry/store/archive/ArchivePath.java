package dev.ferry.store.archive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A name in an archive, taken relative to the directory the archive is unpacked into: no leading slash, no empty, {@code .} or
 * {@code ..} parts. That says nothing yet about symbolic links that stand on the way.
 *
 * @param parts from the top; empty for the directory itself
 */
public record ArchivePath(List<String> parts) {
    public ArchivePath {
        parts = List.copyOf(parts);
    }

    /**
     * Cleans a name as tar programs and docker do: absolute names lose their slash, {@code a/../b} is {@code b}.
     *
     * @throws ArchiveRefused when the name leads above the top, is too long or too deep, or is not text
     */
    public static ArchivePath of(String name, ArchiveLimits limits) throws ArchiveRefused {
        if (name.getBytes(StandardCharsets.UTF_8).length > limits.nameBytes()) {
            throw new ArchiveRefused(
                    "a name of more than " + limits.nameBytes() + " bytes: \"" + name.substring(0, 64) + "…\"");
        }
        if (name.indexOf('\0') >= 0 || name.indexOf('\ufffd') >= 0) {
            throw new ArchiveRefused("name \"" + name.replace('\0', '?') + "\" is not UTF-8 text");
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                if (parts.isEmpty()) {
                    throw new ArchiveRefused("name \"" + name + "\" leads out of the archive's directory");
                }
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.size() > limits.depth()) {
            throw new ArchiveRefused("name \"" + name.substring(0, Math.min(64, name.length())) + "…\" is more than "
                    + limits.depth() + " directories deep");
        }
        return new ArchivePath(parts);
    }

    /** Whether this is the directory itself. */
    public boolean isTop() {
        return parts.isEmpty();
    }

    /** The last part. Preconditions: not the top. */
    public String name() {
        return parts.getLast();
    }

    /** The path above. Preconditions: not the top. */
    public ArchivePath parent() {
        return new ArchivePath(parts.subList(0, parts.size() - 1));
    }

    /** A path below this one. */
    public ArchivePath child(String name) {
        List<String> longer = new ArrayList<>(parts);
        longer.add(name);
        return new ArchivePath(longer);
    }

    @Override
    public String toString() {
        return String.join("/", parts);
    }
}
