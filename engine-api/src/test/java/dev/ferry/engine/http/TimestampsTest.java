package dev.ferry.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.engine.error.InvalidRequest;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TimestampsTest {

    @Test
    void secondsWithFractionKeepTheirNanoseconds() {
        assertThat(Timestamps.parse("since", "1700000000.000000007"))
                .isEqualTo(Instant.ofEpochSecond(1_700_000_000L, 7));
    }

    @Test
    void rfc3339IsUnderstood() {
        assertThat(Timestamps.parse("since", "2026-01-02T03:04:05Z")).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
    }

    @Test
    void zeroAndNothingMeanNoBound() {
        assertThat(Timestamps.parse("since", "0")).isNull();
        assertThat(Timestamps.parse("since", "")).isNull();
    }

    @Test
    void nonsenseNamesTheParameter() {
        assertThatThrownBy(() -> Timestamps.parse("until", "soon"))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining("\"until\"");
    }
}
