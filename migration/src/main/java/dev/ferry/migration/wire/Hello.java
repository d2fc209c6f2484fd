package dev.ferry.migration.wire;

import java.util.List;
import java.util.Optional;

/**
 * The first thing that each side says.
 *
 * @param versions of the protocol that it speaks
 * @param engine the release of Ferry, for texts
 */
record Hello(List<Integer> versions, String engine) {
    /** What this release speaks. */
    static final List<Integer> SPOKEN = List.of(1);

    Hello {
        versions = List.copyOf(versions);
    }

    /** The greatest that both speak. */
    Optional<Integer> common(Hello other) {
        return versions.stream().filter(other.versions::contains).max(Integer::compare);
    }
}
