package dev.ferry.runtime.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.command.Arguments.Flags;
import dev.ferry.runtime.command.Arguments.Usage;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    private static final Flags FLAGS = new Flags(Set.of("bundle", "b", "env"), Set.of("detach", "d"));

    private static Arguments parse(String... words) throws Usage {
        return Arguments.parse(List.of(words), FLAGS);
    }

    @Test
    void oneDashOrTwoAndEitherWayOfGivingAValue() throws Exception {
        for (List<String> words : List.of(
                List.of("--bundle", "/x", "ID"),
                List.of("--bundle=/x", "ID"),
                List.of("-bundle=/x", "ID"),
                List.of("-b", "/x", "ID"))) {
            Arguments read = Arguments.parse(words, FLAGS);
            assertThat(read.value("bundle", "b")).contains("/x");
            assertThat(read.words()).containsExactly("ID");
        }
    }

    @Test
    void flagsEndAtTheFirstWord() throws Exception {
        Arguments read = parse("--detach", "ID", "--env", "x", "--", "-d");
        assertThat(read.is("detach", "d")).isTrue();
        assertThat(read.all("env")).isEmpty();
        assertThat(read.words()).containsExactly("ID", "--env", "x", "--", "-d");
    }

    /** podman gives one twice. */
    @Test
    void flagMayComeTwice() throws Exception {
        Arguments read = parse("-d", "--detach", "--env", "A=1", "--env", "B=2", "ID");
        assertThat(read.is("detach", "d")).isTrue();
        assertThat(read.all("env")).containsExactly("A=1", "B=2");
        assertThat(read.value("env")).contains("B=2");
        assertThat(parse("--detach=false", "ID").is("detach")).isFalse();
    }

    @Test
    void emptyValueAndDashAreValuesAndWords() throws Exception {
        assertThat(parse("--bundle=", "-").value("bundle")).contains("");
        assertThat(parse("--bundle", "-", "x").value("bundle")).contains("-");
        assertThat(parse("-").words()).containsExactly("-");
    }

    @Test
    void whatIsUnknownOrCutShortIsNamed() {
        assertThatThrownBy(() -> parse("--nosuch")).hasMessage("flag provided but not defined: -nosuch");
        assertThatThrownBy(() -> parse("--bundle")).hasMessage("flag needs an argument: -bundle");
    }

    @ParameterizedTest
    @CsvSource({"9,9", "KILL,9", "SIGKILL,9", "sigterm,15", "hup,1", "SYS,31", "64,64"})
    void signalsHaveNamesAndNumbers(String text, int number) throws Exception {
        assertThat(Signals.number(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65", "-1", "SIGNOSUCH", "99999999999"})
    void unknownSignalsAreRefused(String text) {
        assertThatThrownBy(() -> Signals.number(text)).isInstanceOf(Usage.class).hasMessageContaining("unknown signal");
    }
}
