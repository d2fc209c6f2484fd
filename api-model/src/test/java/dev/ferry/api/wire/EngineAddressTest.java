package dev.ferry.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EngineAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"unix:///run/ferry/ferry.sock", "tcp://127.0.0.1:2375", "tcp://[::1]:2375"})
    void readsAndWritesTheSameText(String text) {
        assertThat(EngineAddress.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "unix://", "tcp://host", "tcp://host:0", "tcp://host:70000", "ssh://host", "/run/x.sock"})
    void refusesOtherForms(String text) {
        assertThatThrownBy(() -> EngineAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unix:///path/of/socket");
    }

    @Test
    void nobodyThereIsAKindOfItsOwn(@TempDir Path directory) {
        EngineAddress address = new EngineAddress.Unix(directory.resolve("none.sock"));
        assertThatThrownBy(address::open)
                .isInstanceOf(EngineUnreachable.class)
                .hasMessageContaining(directory.toString());
    }
}
