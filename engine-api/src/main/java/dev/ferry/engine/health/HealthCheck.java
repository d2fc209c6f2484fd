package dev.ferry.engine.health;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.Health;
import dev.ferry.api.model.container.HealthcheckResult;
import dev.ferry.api.model.image.HealthConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a container is checked, with docker's defaults filled in, and what follows from a result. Pure.
 *
 * @param command what is run in the container; 0 is healthy
 * @param interval from the end of one run to the beginning of the next
 * @param startPeriod for so long after the start of a container that has never been healthy failures do not count
 * @param startInterval the interval meanwhile
 */
public record HealthCheck(
        List<String> command,
        Duration interval,
        Duration timeout,
        int retries,
        Duration startPeriod,
        Duration startInterval) {

    static final String STARTING = "starting";
    static final String HEALTHY = "healthy";
    static final String UNHEALTHY = "unhealthy";

    /** As many results as are kept. */
    private static final int LOG = 5;

    private static final List<String> SHELL = List.of("/bin/sh", "-c");
    private static final Duration USUAL = Duration.ofSeconds(30);
    private static final Duration USUAL_AT_START = Duration.ofSeconds(5);
    private static final int USUAL_RETRIES = 3;

    /** Copies the list. */
    public HealthCheck {
        command = List.copyOf(command);
    }

    /** The check of a container; empty for one that has none. */
    public static Optional<HealthCheck> of(ContainerConfig config) {
        HealthConfig asked = config.healthcheck();
        if (asked == null || asked.test().size() < 2) {
            return Optional.empty();
        }
        List<String> rest = asked.test().subList(1, asked.test().size());
        List<String> command = switch (asked.test().getFirst()) {
            case "CMD" -> rest;
            case "CMD-SHELL" -> {
                Words shell = config.shell();
                List<String> all = new ArrayList<>(shell == null || shell.list().isEmpty() ? SHELL : shell.list());
                all.addAll(rest);
                yield all;
            }
            default -> List.of();
        };
        return command.isEmpty()
                ? Optional.empty()
                : Optional.of(new HealthCheck(
                        command,
                        or(asked.interval(), USUAL),
                        or(asked.timeout(), USUAL),
                        asked.retries() > 0 ? asked.retries() : USUAL_RETRIES,
                        or(asked.startPeriod(), Duration.ZERO),
                        or(asked.startInterval(), USUAL_AT_START)));
    }

    private static Duration or(long nanos, Duration usual) {
        return nanos == 0 ? usual : Duration.ofNanos(nanos);
    }

    /** What a container is before the first result. */
    static Health fresh() {
        return new Health(STARTING, 0, List.of());
    }

    /** How long to wait until the next run. */
    Duration pause(Health now, Instant started, Instant at) {
        boolean starting = now.status().equals(STARTING) && at.isBefore(started.plus(startPeriod));
        return starting ? startInterval : interval;
    }

    /** What a container is after a result. */
    Health after(Health before, HealthcheckResult result, Instant started) {
        List<HealthcheckResult> log = new ArrayList<>(before.log());
        log.add(result);
        List<HealthcheckResult> kept = log.subList(Math.max(0, log.size() - LOG), log.size());
        if (result.exitCode() == 0) {
            return new Health(HEALTHY, 0, kept);
        }
        boolean excused = before.status().equals(STARTING) && result.start().isBefore(started.plus(startPeriod));
        if (excused) {
            return new Health(STARTING, before.failingStreak(), kept);
        }
        int streak = before.failingStreak() + 1;
        return new Health(streak >= retries ? UNHEALTHY : before.status(), streak, kept);
    }
}
