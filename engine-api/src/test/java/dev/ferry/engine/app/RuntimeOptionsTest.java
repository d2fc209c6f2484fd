package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeOptionsTest {

    private static RuntimeOptions parse(String... words) {
        return EngineOptions.parse(List.of(words), Map.of()).runtimes();
    }

    @Test
    void runtimesAndTheirDefaultAreNamedInAnyOrder() {
        RuntimeOptions options =
                parse("--default-runtime", "b", "--add-runtime", "a=/opt/a", "--add-runtime=b=/opt/with=sign/b");
        assertThat(options.others())
                .containsExactly(Map.entry("a", Path.of("/opt/a")), Map.entry("b", Path.of("/opt/with=sign/b")));
        assertThat(options.byDefault()).isEqualTo("b");
        assertThat(parse().byDefault()).isEqualTo("ferry");
        assertThat(parse("--default-runtime", "ferry").others()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "crun", "=/usr/bin/crun", "crun=crun", "crun=", "../up=/bin/true", ".hidden=/bin/true"})
    void whatIsNoNameAndPathIsRefused(String named) {
        assertThatThrownBy(() -> parse("--add-runtime", named))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no NAME=PATH with an absolute path");
    }

    @Test
    void namesAreTakenOnce() {
        assertThatThrownBy(() -> parse("--add-runtime", "ferry=/opt/a"))
                .hasMessageContaining("there is a runtime \"ferry\" already");
        assertThatThrownBy(() -> parse("--add-runtime", "a=/opt/a", "--add-runtime", "a=/opt/b"))
                .hasMessageContaining("there is a runtime \"a\" already");
    }

    @Test
    void defaultHasToBeThere() {
        assertThatThrownBy(() -> parse("--default-runtime", "crun"))
                .hasMessage("the default runtime \"crun\" is not there: add it with --add-runtime crun=PATH");
    }
}
