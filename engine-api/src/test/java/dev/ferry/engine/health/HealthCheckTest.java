package dev.ferry.engine.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.Words;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.Health;
import dev.ferry.api.model.container.HealthcheckResult;
import dev.ferry.api.model.image.HealthConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows from the results of a check. */
class HealthCheckTest {

    private static final Instant START = Instant.parse("2026-12-01T00:00:00Z");
    private static final HealthCheck CHECK = new HealthCheck(
            List.of("true"),
            Duration.ofSeconds(30),
            Duration.ofSeconds(3),
            2,
            Duration.ofSeconds(10),
            Duration.ofSeconds(1));

    private static Health after(Health before, int code, long second) {
        Instant at = START.plusSeconds(second);
        return CHECK.after(before, new HealthcheckResult(at, at, code, ""), START);
    }

    @Test
    void failuresCountOnlyAfterTheStartPeriodUntilItWasHealthyOnce() {
        Health excused = after(HealthCheck.fresh(), 1, 5);
        assertThat(excused.status()).isEqualTo("starting");
        assertThat(excused.failingStreak()).isZero();
        Health one = after(excused, 1, 11);
        assertThat(one.status()).isEqualTo("starting");
        assertThat(after(one, 1, 12).status()).isEqualTo("unhealthy");

        Health healthy = after(HealthCheck.fresh(), 0, 1);
        assertThat(healthy.status()).isEqualTo("healthy");
        Health failed = after(healthy, 1, 2);
        assertThat(failed.status()).isEqualTo("healthy");
        assertThat(failed.failingStreak()).isEqualTo(1);
        assertThat(after(failed, 2, 3).status()).isEqualTo("unhealthy");
        assertThat(after(after(failed, 2, 3), 0, 4))
                .extracting(Health::status, Health::failingStreak)
                .containsExactly("healthy", 0);
    }

    @Test
    void fiveResultsAreKept() {
        Health now = HealthCheck.fresh();
        for (int i = 0; i < 9; i++) {
            now = after(now, 0, i);
        }
        assertThat(now.log()).hasSize(5);
        assertThat(now.log().getFirst().start()).isEqualTo(START.plusSeconds(4));
    }

    @Test
    void aContainerThatStartsIsAskedMoreOften() {
        assertThat(CHECK.pause(HealthCheck.fresh(), START, START.plusSeconds(9)))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(CHECK.pause(HealthCheck.fresh(), START, START.plusSeconds(10)))
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(CHECK.pause(after(HealthCheck.fresh(), 0, 1), START, START.plusSeconds(2)))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aCheckIsAProgramOrALineForTheShellOrNone() {
        assertThat(command(null, "CMD", "a", "b")).containsExactly("a", "b");
        assertThat(command(null, "CMD-SHELL", "a b")).containsExactly("/bin/sh", "-c", "a b");
        assertThat(command(Words.of("/bin/own", "-x"), "CMD-SHELL", "a b")).containsExactly("/bin/own", "-x", "a b");
        assertThat(command(null, "NONE")).isEmpty();
        assertThat(command(null)).isEmpty();
    }

    @Test
    void durationsAreWrittenAsDockerDoes() {
        assertThat(HealthWatch.text(Duration.ofSeconds(30))).isEqualTo("30s");
        assertThat(HealthWatch.text(Duration.ofSeconds(90))).isEqualTo("1m30s");
        assertThat(HealthWatch.text(Duration.ofMillis(200))).isEqualTo("200ms");
        assertThat(HealthWatch.text(Duration.ofMillis(1500))).isEqualTo("1.5s");
        assertThat(HealthWatch.text(Duration.ofHours(1))).isEqualTo("1h0m0s");
    }

    private static List<String> command(@org.jspecify.annotations.Nullable Words shell, String... test) {
        ContainerConfig config = ContainerConfig.builder()
                .shell(shell)
                .healthcheck(new HealthConfig(List.of(test), 0, 0, 0, 0, 0))
                .build();
        return HealthCheck.of(config).map(HealthCheck::command).orElse(List.of());
    }
}
