package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code slice:prefix:name}. */
final class ScopeNameTest {
    @ParameterizedTest
    @CsvSource({
        "system.slice:docker:1234, docker-1234.scope, /system.slice/docker-1234.scope",
        "machine-a-b.slice:x:y, x-y.scope, /machine.slice/machine-a.slice/machine-a-b.slice/x-y.scope",
        "-.slice:x:y, x-y.scope, /x-y.scope",
        ":x:y, x-y.scope, /system.slice/x-y.scope",
        "user.slice::y, -y.scope, /user.slice/-y.scope"
    })
    void aPathIsAUnitAndItsCgroup(String path, String unit, String cgroup) {
        ScopeName name = ScopeName.parse(path);
        assertThat(name.unit()).isEqualTo(unit);
        assertThat(name.cgroup().value()).isEqualTo(cgroup);
    }

    @Test
    void aContainerThatNamesNoneHasOneOfItsOwn() {
        assertThat(ScopeName.of("web+1").cgroup().value()).isEqualTo("/system.slice/ferry-web_1.scope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ferry/c1", "a.slice:b", "a.slice:b:c:d", ""})
    void otherFormsAreRefusedAsByRunc(String path) {
        assertThatThrownBy(() -> ScopeName.parse(path))
                .hasMessageStartingWith(
                        "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"%s\" instead",
                        path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a:b:c", ".slice:b:c", "a--b.slice:b:c", "-a.slice:b:c", "a/../b.slice:b:c", "../a.slice:b:c"})
    void slicesThatAreNoneAreRefused(String path) {
        assertThatThrownBy(() -> ScopeName.parse(path)).hasMessageStartingWith("invalid slice name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.slice:b:", "a.slice:b:c.slice", "a.slice:b:../c", "a.slice:b/c:d", "a.slice:b:c d"})
    void unitsThatAreNoneAreRefused(String path) {
        assertThatThrownBy(() -> ScopeName.parse(path)).hasMessageContaining("no name of a scope");
    }
}
