package dev.ferry.api.version;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of the Docker Engine API, like {@code 1.50}. Parts are numbers: 1.9 is older than 1.10. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** The oldest version that is spoken. */
    public static final ApiVersion OLDEST = new ApiVersion(1, 24);

    /** The newest version that is spoken; meant when a path names none. */
    public static final ApiVersion NEWEST = new ApiVersion(1, 50);

    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");
    private static final Comparator<ApiVersion> ORDER =
            Comparator.comparingInt(ApiVersion::major).thenComparingInt(ApiVersion::minor);

    public ApiVersion {
        if (major < 0 || minor < 0) {
            throw new IllegalArgumentException("version " + major + "." + minor + " has a negative part");
        }
    }

    /** Reads {@code major.minor}; empty when the text has another form. */
    public static Optional<ApiVersion> parse(String text) {
        Matcher m = FORM.matcher(text);
        return m.matches()
                ? Optional.of(new ApiVersion(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
                : Optional.empty();
    }

    /** Why this version is not spoken, in the words clients know; empty when it is. Answered with status 400. */
    public Optional<String> refusal() {
        if (compareTo(OLDEST) < 0) {
            return Optional.of("client version " + this + " is too old. Minimum supported API version is " + OLDEST
                    + ", please upgrade your client to a newer version");
        }
        if (compareTo(NEWEST) > 0) {
            return Optional.of("client version " + this + " is too new. Maximum supported API version is " + NEWEST);
        }
        return Optional.empty();
    }

    public boolean isBefore(ApiVersion other) {
        return compareTo(other) < 0;
    }

    public boolean isAtLeast(ApiVersion other) {
        return compareTo(other) >= 0;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
