package dev.ferry.engine.container;

import dev.ferry.api.model.image.HealthConfig;
import dev.ferry.engine.error.InvalidRequest;
import org.jspecify.annotations.Nullable;

/** Docker's rules for health checks, in its words. */
final class HealthRules {

    private static final long LEAST = 1_000_000;

    private HealthRules() {}

    static void check(@Nullable HealthConfig asked) {
        if (asked == null) {
            return;
        }
        atLeast(asked.interval(), "Interval");
        atLeast(asked.timeout(), "Timeout");
        if (asked.retries() < 0) {
            throw new InvalidRequest("container.health", "Retries in Healthcheck cannot be negative");
        }
        atLeast(asked.startPeriod(), "StartPeriod");
        atLeast(asked.startInterval(), "StartInterval");
        String kind = asked.test().isEmpty() ? "" : asked.test().getFirst();
        switch (kind) {
            case "", "NONE" -> {}
            case "CMD", "CMD-SHELL" -> {
                if (asked.test().size() < 2) {
                    throw new InvalidRequest(
                            "container.health", "a health check of kind " + kind + " names no command");
                }
            }
            default ->
                throw new InvalidRequest(
                        "container.health",
                        "Unknown healthcheck type '" + kind + "' (expected 'CMD', 'CMD-SHELL' or 'NONE')");
        }
    }

    private static void atLeast(long nanos, String field) {
        if (nanos != 0 && nanos < LEAST) {
            throw new InvalidRequest("container.health", field + " in Healthcheck cannot be less than 1ms");
        }
    }
}
