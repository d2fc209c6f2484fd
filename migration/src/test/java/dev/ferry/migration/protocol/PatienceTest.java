package dev.ferry.migration.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatienceTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 10, 600})
    void whateverEachWasToldTheyFitTogether(long seconds) {
        Patience patience = new Patience(Duration.ofSeconds(seconds));
        assertThat(patience.beat())
                .as("the least patient peer misses three before it gives up")
                .isLessThanOrEqualTo(Patience.LEAST.dividedBy(4));
        assertThat(patience.connecting()).isPositive().isLessThan(patience.silence());
        assertThat(patience.atGate()).as("the source gives up first").isGreaterThan(patience.frozen());
        assertThat(patience.reserved()).isGreaterThan(patience.running());
    }
}
