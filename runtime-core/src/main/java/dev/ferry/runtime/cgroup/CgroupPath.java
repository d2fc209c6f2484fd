package dev.ferry.runtime.cgroup;

import java.util.Arrays;

/**
 * A cgroup's name, the same in every hierarchy: {@code /ferry/4f1c}.
 *
 * <p>It counts from the top of what the host's mounts show, not from the engine's own cgroup: containers do not end up below a
 * limit that was meant for the engine, and they keep their place when the engine is started from elsewhere.
 *
 * @param value absolute, without empty, {@code .} or {@code ..} parts
 */
public record CgroupPath(String value) {

    /** Where the engine puts containers unless it is told otherwise. */
    public static final CgroupPath DEFAULT_PARENT = new CgroupPath("/ferry");

    public CgroupPath {
        if (!value.startsWith("/") || value.length() < 2) {
            throw new IllegalArgumentException(
                    "cgroup \"%s\" is not usable; it must be an absolute path below \"/\", such as \"/ferry\""
                            .formatted(value));
        }
        boolean plain = Arrays.stream(value.substring(1).split("/", -1))
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        if (!plain || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "cgroup \"%s\" is not usable; it must not hold empty, \".\" or \"..\" parts".formatted(value));
        }
    }

    /** A cgroup below this one. */
    public CgroupPath child(String name) {
        if (name.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "cgroup name \"%s\" holds a slash; it must be a single name".formatted(name));
        }
        return new CgroupPath(value + "/" + name);
    }

    /** The path without its leading slash. */
    String relative() {
        return value.substring(1);
    }

    @Override
    public String toString() {
        return value;
    }
}
