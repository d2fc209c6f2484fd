package dev.ferry.profiles.profile;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of a kernel's version that profiles ask for: {@code 6.18} of {@code 6.18.44-amd64}. */
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    private static final Pattern RELEASE = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:\\D.*)?", Pattern.DOTALL);

    /**
     * Reads a version or a release name, as uname(2) gives it.
     *
     * @throws IllegalArgumentException when it does not begin with two numbers
     */
    public static KernelVersion of(String release) {
        Matcher matcher = RELEASE.matcher(release);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no kernel version; it must begin with two numbers, such as 4.8".formatted(release));
        }
        return new KernelVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return Comparator.comparingInt(KernelVersion::major)
                .thenComparingInt(KernelVersion::minor)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
