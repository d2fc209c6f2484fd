package dev.ferry.bench.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Set<String> KNOWN = Set.of("runs", "out");

    @Test
    void readsBothFormsAndTheProgram() {
        Options options = Options.parse(List.of("--runs", "5", "--out=x", "--", "sh", "--runs"), KNOWN);
        assertThat(options.number("runs", 1, 1)).isEqualTo(5);
        assertThat(options.value("out")).contains("x");
        assertThat(options.rest()).containsExactly("sh", "--runs");
        assertThat(Options.parse(List.of(), KNOWN).number("runs", 7, 1)).isEqualTo(7);
    }

    @Test
    void readsAnOptionThatStandsSeveralTimes() {
        Options options = Options.parse(List.of("--runs", "5", "--runs=7"), KNOWN);
        assertThat(options.numbers("runs", List.of(1), 1)).containsExactly(5, 7);
        assertThat(options.number("runs", 1, 1)).isEqualTo(7);
        assertThat(options.numbers("out", List.of(1, 2), 1)).containsExactly(1, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.numbers("runs", List.of(), 6))
                .withMessage("\"--runs 5\" is less than 6");
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        refused("unknown option \"--rounds\"", "--rounds", "1");
        refused("unexpected word \"runs\"", "runs");
        refused("option \"--runs\" needs a value", "--runs");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of("--runs=0"), KNOWN).number("runs", 1, 1))
                .withMessage("\"--runs 0\" is less than 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of("--runs=x"), KNOWN).number("runs", 1, 1))
                .withMessage("\"--runs x\" is not a number");
    }

    private static void refused(String message, String... words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.parse(List.of(words), KNOWN))
                .withMessage(message);
    }
}
