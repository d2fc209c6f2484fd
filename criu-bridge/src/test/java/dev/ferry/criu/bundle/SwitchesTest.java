package dev.ferry.criu.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.rpc.CriuOptions.Flag;
import dev.ferry.runtime.bundle.CheckpointFlags;
import dev.ferry.runtime.bundle.CheckpointFlags.CgroupsMode;
import dev.ferry.runtime.bundle.CheckpointFlags.Switch;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags whose effect not every machine can show: that they are in the request. */
class SwitchesTest {
    private static CheckpointFlags flags(Optional<String> parent, Set<Switch> on) {
        return new CheckpointFlags(
                Path.of("/i"),
                Path.of("/w"),
                parent,
                on,
                CgroupsMode.SOFT,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Set<Flag> without(Set<Flag> all, Set<Flag> plain) {
        Set<Flag> rest = EnumSet.noneOf(Flag.class);
        rest.addAll(all);
        rest.removeAll(plain);
        return rest;
    }

    @ParameterizedTest
    @CsvSource({
        "LEAVE_RUNNING, LEAVE_RUNNING, ",
        "PRE_DUMP, TRACK_MEMORY, ",
        "TCP_ESTABLISHED, TCP_ESTABLISHED, TCP_ESTABLISHED",
        "TCP_SKIP_IN_FLIGHT, TCP_SKIP_IN_FLIGHT, ",
        "TCP_CLOSE, , TCP_CLOSE",
        "EXTERNAL_UNIX_SOCKETS, EXTERNAL_UNIX_SOCKETS, EXTERNAL_UNIX_SOCKETS",
        "SHELL_JOB, SHELL_JOB, SHELL_JOB",
        "FILE_LOCKS, FILE_LOCKS, FILE_LOCKS",
        "LINK_REMAP, LINK_REMAP, ",
        "AUTO_DEDUP, AUTO_DEDUP, AUTO_DEDUP",
        "LAZY_PAGES, LAZY_PAGES, LAZY_PAGES"
    })
    void switchIsInTheRequest(Switch on, Flag dump, Flag restore) {
        CheckpointFlags plain = flags(Optional.empty(), Set.of());
        CheckpointFlags with = flags(Optional.empty(), Set.of(on));
        assertThat(without(Switches.ofDump(with), Switches.ofDump(plain)))
                .isEqualTo(dump == null ? Set.of() : Set.of(dump));
        assertThat(without(Switches.ofRestore(with), Switches.ofRestore(plain)))
                .isEqualTo(restore == null ? Set.of() : Set.of(restore));
    }

    @Test
    void connectionsAreClosedRatherThanKept() {
        CheckpointFlags both = flags(Optional.empty(), Set.of(Switch.TCP_ESTABLISHED, Switch.TCP_CLOSE));
        assertThat(Switches.ofRestore(both)).contains(Flag.TCP_CLOSE).doesNotContain(Flag.TCP_ESTABLISHED);
    }

    @Test
    void earlierDumpNeedsTracking() {
        assertThat(Switches.ofDump(flags(Optional.of("../first"), Set.of()))).contains(Flag.TRACK_MEMORY);
    }
}
