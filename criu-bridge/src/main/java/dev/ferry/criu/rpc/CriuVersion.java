package dev.ferry.criu.rpc;

/** A release of CRIU. */
public record CriuVersion(int major, int minor, int sublevel) implements Comparable<CriuVersion> {
    /** The oldest release that Ferry was tried with; it knows every option Ferry uses. */
    public static final CriuVersion OLDEST_SUPPORTED = new CriuVersion(4, 1, 0);

    @Override
    public int compareTo(CriuVersion other) {
        int order = Integer.compare(major, other.major);
        if (order == 0) {
            order = Integer.compare(minor, other.minor);
        }
        return order != 0 ? order : Integer.compare(sublevel, other.sublevel);
    }

    /** As CRIU prints it: "4.2" or "4.2.1". */
    @Override
    public String toString() {
        return sublevel == 0 ? major + "." + minor : major + "." + minor + "." + sublevel;
    }

    /**
     * Reads what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is not a version
     */
    public static CriuVersion parse(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw new IllegalArgumentException("not a version of CRIU: \"" + text + "\"");
        }
        return new CriuVersion(
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                parts.length == 3 ? Integer.parseInt(parts[2]) : 0);
    }
}
