package dev.ferry.migration.plan;

import dev.ferry.migration.protocol.Request;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What is sent in which part of a migration.
 *
 * @param blobs of the image that the target lacks, in the order in which they are sent
 * @param running bytes that are sent while the container runs
 * @param frozen bytes that are sent while it stands still
 */
public record Plan(List<Request.Blob> blobs, long running, long frozen) {
    /** Of an unhurried host over 1 Gbit/s, bytes a second: for an expectation, not for a promise. From docs/benchmarks.md, Migration, as all here. */
    static final long USUAL_RATE = 118_000_000;
    /** At which a restore fills memory from files that have just come, bytes a second: 192 MiB more take 707 ms more. */
    static final long RESTORE_RATE = 285_000_000;
    /** What a migration of nothing stands still for. */
    static final Duration LEAST_BLACKOUT = Duration.ofMillis(250);

    private static final long NANOS = 1_000_000_000;

    public Plan {
        blobs = List.copyOf(blobs);
    }

    /**
     * Makes one.
     *
     * @param needs of the container, in bytes
     * @param image its blobs
     * @param known the digests of those that the target has
     */
    public static Plan of(Strategy strategy, Request.Needs needs, List<Request.Blob> image, Set<String> known) {
        List<Request.Blob> missing =
                image.stream().filter(blob -> !known.contains(blob.digest())).toList();
        long before = missing.stream().mapToLong(Request.Blob::size).sum() + needs.log();
        return switch (strategy) {
            case STOP_AND_COPY -> new Plan(missing, before, needs.memory() + needs.writable());
        };
    }

    /** What is sent in all. */
    public long bytes() {
        return running + frozen;
    }

    /**
     * How long the container will stand still: what is sent then takes its time on the wire, and a restore on the target.
     *
     * @param bandwidth bytes a second at most, 0 for no limit
     */
    public Duration blackout(long bandwidth) {
        long rate = bandwidth > 0 ? Math.min(bandwidth, USUAL_RATE) : USUAL_RATE;
        return LEAST_BLACKOUT.plus(took(frozen, rate)).plus(took(frozen, RESTORE_RATE));
    }

    /** Whole seconds apart, as exabytes of nanoseconds do not fit into a number. */
    private static Duration took(long bytes, long rate) {
        return Duration.ofSeconds(bytes / rate, Math.multiplyExact(bytes % rate, NANOS) / rate);
    }
}
