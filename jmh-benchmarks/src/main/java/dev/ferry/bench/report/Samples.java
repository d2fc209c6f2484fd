package dev.ferry.bench.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One series of durations, in the order in which they were measured. Not for use by several threads. */
public final class Samples {
    private final List<Duration> values = new ArrayList<>();

    public void add(Duration value) {
        values.add(value);
    }

    public int size() {
        return values.size();
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** All of them, oldest first. */
    public List<Duration> values() {
        return Collections.unmodifiableList(values);
    }

    /**
     * The smallest sample that is at least as large as {@code fraction} of all (nearest rank). Preconditions: not empty.
     *
     * @param fraction 0 to 1
     */
    public Duration quantile(double fraction) {
        if (values.isEmpty() || fraction < 0 || fraction > 1) {
            throw new IllegalArgumentException("quantile " + fraction + " of " + values.size() + " samples");
        }
        List<Duration> sorted = values.stream().sorted().toList();
        int rank = (int) Math.ceil(fraction * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    public Duration median() {
        return quantile(0.5);
    }

    /** Milliseconds with a fraction. */
    public static double milliseconds(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** The figures people compare, in milliseconds. */
    public Summary summary() {
        double mean =
                values.stream().mapToDouble(Samples::milliseconds).average().orElse(0);
        return new Summary(
                values.size(),
                milliseconds(quantile(0)),
                milliseconds(quantile(0.5)),
                milliseconds(quantile(0.9)),
                milliseconds(quantile(0.95)),
                milliseconds(quantile(0.99)),
                milliseconds(quantile(1)),
                mean);
    }

    /** Milliseconds. */
    public record Summary(
            @JsonProperty("n") int count,
            @JsonProperty("min") double minimum,
            @JsonProperty("p50") double median,
            @JsonProperty("p90") double p90,
            @JsonProperty("p95") double p95,
            @JsonProperty("p99") double p99,
            @JsonProperty("max") double maximum,
            @JsonProperty("mean") double mean) {}
}
