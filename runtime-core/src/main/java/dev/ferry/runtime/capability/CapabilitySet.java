package dev.ferry.runtime.capability;

import dev.ferry.runtime.oci.DefaultSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * A set of capabilities.
 *
 * @param bits bit n is the capability with the number n, as in {@code /proc/PID/status}
 */
public record CapabilitySet(long bits) {
    /** None. */
    public static final CapabilitySet EMPTY = new CapabilitySet(0);

    /** The fourteen that root in a container keeps. */
    public static final CapabilitySet DEFAULT = of(DefaultSpec.CAPABILITIES);

    private static final String ALL = "ALL";

    /** The capabilities of those names. */
    public static CapabilitySet of(Collection<String> names) {
        long bits = 0;
        for (String name : names) {
            bits |= bit(Capability.of(name));
        }
        return new CapabilitySet(bits);
    }

    /** What this process may use and hand on: not every root has everything. */
    public static CapabilitySet ofSelf() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/status")), "CapEff");
    }

    /** What no process of this container or host can ever gain again is missing here. */
    public static CapabilitySet boundingOfSelf() throws IOException {
        return parse(Files.readString(Path.of("/proc/self/status")), "CapBnd");
    }

    /** A line such as {@code CapEff:	00000000a80425fb} of {@code /proc/PID/status}. */
    static CapabilitySet parse(String status, String line) throws IOException {
        return status.lines()
                .filter(text -> text.startsWith(line + ":"))
                .map(text -> new CapabilitySet(
                        Long.parseUnsignedLong(text.substring(line.length() + 1).strip(), 16)))
                .findFirst()
                .orElseThrow(() -> new IOException("process status has no line \"%s\"".formatted(line)));
    }

    /**
     * What a container gets that adds and drops, after docker's rule: with {@code ALL} added, everything available but what is
     * dropped; with {@code ALL} dropped, only what is added; else the default, less what is dropped, and what is added.
     *
     * @param add names in any case, with or without {@code CAP_}, or {@code ALL}
     * @param available what this host can give; a default capability outside of it is silently left out
     * @throws UnknownCapability for a name that is none
     * @throws CapabilityUnavailable when one is asked for by name that this host cannot give
     */
    public static CapabilitySet resolve(Collection<String> add, Collection<String> drop, CapabilitySet available) {
        boolean addAll = add.stream().anyMatch(ALL::equalsIgnoreCase);
        boolean dropAll = drop.stream().anyMatch(ALL::equalsIgnoreCase);
        CapabilitySet added = of(withoutAll(add));
        CapabilitySet dropped = of(withoutAll(drop));
        CapabilitySet beyond = added.minus(available);
        if (beyond.bits != 0) {
            throw new CapabilityUnavailable(beyond.names().getFirst());
        }
        if (addAll) {
            return available.minus(dropped);
        }
        if (dropAll) {
            return added;
        }
        return DEFAULT.and(available).minus(dropped).plus(added);
    }

    /** Whether it is in. */
    public boolean contains(Capability capability) {
        return (bits & bit(capability)) != 0;
    }

    /** Those of both. */
    public CapabilitySet plus(CapabilitySet other) {
        return new CapabilitySet(bits | other.bits);
    }

    /** Those that are not in the other. */
    public CapabilitySet minus(CapabilitySet other) {
        return new CapabilitySet(bits & ~other.bits);
    }

    /** Those that are in both. */
    public CapabilitySet and(CapabilitySet other) {
        return new CapabilitySet(bits & other.bits);
    }

    /** Names as configurations write them, by number. Capabilities that this version does not know have none. */
    public List<String> names() {
        return Arrays.stream(Capability.values())
                .filter(this::contains)
                .map(Capability::text)
                .toList();
    }

    @Override
    public String toString() {
        return "%016x".formatted(bits);
    }

    private static List<String> withoutAll(Collection<String> names) {
        return names.stream().filter(name -> !ALL.equalsIgnoreCase(name)).toList();
    }

    private static long bit(Capability capability) {
        return 1L << capability.number();
    }
}
