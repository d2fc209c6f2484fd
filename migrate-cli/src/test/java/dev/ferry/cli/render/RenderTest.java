package dev.ferry.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RenderTest {
    @Test
    void columnsAreAsWideAsTheirWidestCellAndLinesEndWithoutBlanks() {
        Table table = new Table("NAME", "SIZE", "").row("a", "1.0 MiB", "x").row("a longer name…", "5 B", "");
        assertThat(table.text()).isEqualTo("""
                        NAME             SIZE
                        a                1.0 MiB   x
                        a longer name…   5 B
                        """);
    }

    @Test
    void rowOfAnotherWidthIsAMistake() {
        assertThatThrownBy(() -> new Table("A", "B").row("1")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "65536, 64.0 KiB",
        "67108864, 64.0 MiB",
        "209715200, 200 MiB",
        "1073741823, 1.0 GiB",
        "5497558138880, 5.0 TiB"
    })
    void sizes(long bytes, String text) {
        assertThat(Quantities.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0 ms", "12345, 12.3 ms", "999999, 1000.0 ms", "4560000, 4.56 s"})
    void microseconds(long micros, String text) {
        assertThat(Quantities.micros(micros)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT-5S, less than a second", "PT1S, 1 second", "PT119S, 119 seconds", "PT2M, 2 minutes", "PT119M, 119 minutes",
        "PT47H, 47 hours", "P3D, 3 days", "P21D, 3 weeks", "P90D, 3 months", "P800D, 2 years"
    })
    void spans(Duration span, String text) {
        assertThat(Quantities.span(span)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0.0 s", "PT59.94S, 59.9 s", "PT1M, 1:00", "PT59M9S, 59:09", "PT26H3M4S, 26:03:04"})
    void clocks(Duration elapsed, String text) {
        assertThat(Quantities.clock(elapsed)).isEqualTo(text);
    }

    @Test
    void drawnLineIsDrawnOverAndTakenAwayByWhatIsSaid() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err);
        console.note("before");
        console.draw("half");
        console.draw("whole");
        console.complain("no");
        console.erase();
        console.draw("again");
        console.erase();
        console.note("after");
        String erased = "\r\u001b[K";
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("before\n" + erased + "half" + erased + "whole" + erased + "ferry: no\n" + erased + "again"
                        + erased + "after\n");
    }

    @Test
    void jsonIsIndentedByFourBlanks() {
        assertThat(JsonText.of(List.of(Map.of("Id", "a")))).isEqualTo("""
                        [
                            {
                                "Id" : "a"
                            }
                        ]""");
    }
}
