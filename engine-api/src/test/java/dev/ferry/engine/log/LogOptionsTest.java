package dev.ferry.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.api.model.container.LogConfig;
import dev.ferry.engine.error.InvalidRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What log options mean. */
class LogOptionsTest {

    private static LogOptions parse(String driver, String... options) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < options.length; i += 2) {
            map.put(options[i], options[i + 1]);
        }
        return LogOptions.parse(new LogConfig(driver, map));
    }

    @Test
    void sizesAndNumbersOfFilesAddUpToWhatIsKept() {
        assertThat(parse("").most()).isZero();
        assertThat(parse("json-file", "max-size", "10m").most()).isEqualTo(10_000_000);
        assertThat(parse("json-file", "max-size", "1.5k", "max-file", "3").most())
                .isEqualTo(4500);
        assertThat(parse("json-file", "max-size", "-1").most()).isZero();
        assertThat(parse("local").most()).isEqualTo(100_000_000);
        assertThat(parse("none").isReadable()).isFalse();
    }

    @Test
    void whatIsNotKnownIsRefused() {
        refused("logger: no log driver named 'nosuch' is registered", "nosuch");
        refused("log driver \"gelf\" is not supported", "gelf");
        refused("unknown log opt 'colour' for json-file log driver", "json-file", "colour", "red");
        refused("unknown log opt 'max-size' for none log driver", "none", "max-size", "1m");
        refused("max-file cannot be less than 1", "json-file", "max-size", "1m", "max-file", "0");
        refused("max-size must be a positive number", "json-file", "max-size", "0");
        refused("invalid size: 'big'", "json-file", "max-size", "big");
        refused("compress cannot be true", "json-file", "compress", "true");
    }

    @Test
    void detailsAreTheNamedLabelsAndVariables() {
        LogOptions options = parse("json-file", "labels", "tier,none", "env", "WORD");
        assertThat(options.details(Map.of("tier", "web", "other", "x"), List.of("WORD=a", "PATH=b")))
                .isEqualTo("WORD=a,tier=web");
        assertThat(parse("json-file").details(Map.of("tier", "web"), List.of())).isEmpty();
    }

    private static void refused(String text, String driver, String... options) {
        assertThatThrownBy(() -> parse(driver, options))
                .isInstanceOf(InvalidRequest.class)
                .hasMessageContaining(text);
    }
}
