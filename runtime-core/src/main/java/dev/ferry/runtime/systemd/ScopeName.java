package dev.ferry.runtime.systemd;

import dev.ferry.runtime.cgroup.CgroupPath;
import java.util.regex.Pattern;

/**
 * What {@code linux.cgroupsPath} is below systemd: {@code slice:prefix:name}, the scope {@code prefix-name.scope} in that slice.
 *
 * @param slice such as {@code machine.slice}; {@code system.slice} where none is named
 * @param prefix whose containers it is among
 */
public record ScopeName(String slice, String prefix, String name) {
    private static final String SLICE = ".slice";
    private static final String SCOPE = ".scope";
    private static final String ROOT = "-" + SLICE;
    private static final String DEFAULT_SLICE = "system" + SLICE;
    private static final String DEFAULT_PREFIX = "ferry";
    private static final int LONGEST = 255;
    /** systemd.unit(5). */
    private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9:_.\\\\-]+");

    public ScopeName {
        String unit = prefix + "-" + name + SCOPE;
        if (name.isEmpty()
                || name.endsWith(SLICE)
                || unit.length() > LONGEST
                || !UNIT.matcher(unit).matches()) {
            throw new IllegalArgumentException(
                    "linux.cgroupsPath makes \"%s\", which is no name of a scope; use letters, digits and : - _ . \\, at most 255"
                            .formatted(unit));
        }
        expand(slice);
    }

    /** The one of a container that names none. */
    public static ScopeName of(String id) {
        return new ScopeName(DEFAULT_SLICE, DEFAULT_PREFIX, id.replace('+', '_'));
    }

    /** Reads {@code linux.cgroupsPath}. */
    public static ScopeName parse(String path) {
        String[] parts = path.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"%s\" instead; correct it, or leave --systemd-cgroup out"
                            .formatted(path));
        }
        return new ScopeName(parts[0].isEmpty() ? DEFAULT_SLICE : parts[0], parts[1], parts[2]);
    }

    /** The unit's name. */
    public String unit() {
        return prefix + "-" + name + SCOPE;
    }

    /** Where systemd makes its cgroup. */
    public CgroupPath cgroup() {
        return new CgroupPath(expand(slice) + "/" + unit());
    }

    /** A slice {@code a-b.slice} lies in {@code a.slice}; {@code -.slice} is the root. systemd.slice(5) */
    private static String expand(String slice) {
        if (slice.equals(ROOT)) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        StringBuilder prefix = new StringBuilder();
        if (slice.endsWith(SLICE) && UNIT.matcher(slice).matches()) {
            for (String part :
                    slice.substring(0, slice.length() - SLICE.length()).split("-", -1)) {
                if (part.isEmpty()) {
                    throw invalid(slice);
                }
                path.append('/').append(prefix).append(part).append(SLICE);
                prefix.append(part).append('-');
            }
        }
        if (path.isEmpty()) {
            throw invalid(slice);
        }
        return path.toString();
    }

    private static IllegalArgumentException invalid(String slice) {
        return new IllegalArgumentException(
                "invalid slice name: \"%s\" in linux.cgroupsPath; it must have the form machine.slice or a-b.slice"
                        .formatted(slice));
    }
}
