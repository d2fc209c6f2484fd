package dev.ferry.runtime.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which kernel runs.
 *
 * @param text as uname(2) gives it, {@code 6.18.44-amd64}
 */
public record KernelRelease(String text, int major, int minor) implements Comparable<KernelRelease> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})(?:\\D.*)?", Pattern.DOTALL);

    /** The kernel of this machine. */
    public static KernelRelease ofHost() throws IOException {
        return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    }

    /**
     * Reads a release name.
     *
     * @throws IllegalArgumentException when it does not begin with two numbers
     */
    public static KernelRelease parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("kernel release \"%s\" does not begin with two numbers".formatted(text));
        }
        return new KernelRelease(text, Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Whether it is that version or a newer one. Prefer to try the call in question: distributions bring calls to older kernels. */
    public boolean isAtLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    /** By major and minor number. */
    @Override
    public int compareTo(KernelRelease other) {
        return Comparator.comparingInt(KernelRelease::major)
                .thenComparingInt(KernelRelease::minor)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return text;
    }
}
