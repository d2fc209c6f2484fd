package dev.ferry.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void quantilesAreSamplesThemselves() {
        Samples samples = new Samples();
        for (int i = 100; i >= 1; i--) {
            samples.add(Duration.ofMillis(i));
        }
        assertThat(samples.quantile(0)).isEqualTo(Duration.ofMillis(1));
        assertThat(samples.median()).isEqualTo(Duration.ofMillis(50));
        assertThat(samples.quantile(0.99)).isEqualTo(Duration.ofMillis(99));
        assertThat(samples.quantile(1)).isEqualTo(Duration.ofMillis(100));
        assertThat(samples.summary().mean()).isEqualTo(50.5);
        assertThat(samples.values().getFirst()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void nothingHasNoQuantile() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Samples().median());
    }
}
