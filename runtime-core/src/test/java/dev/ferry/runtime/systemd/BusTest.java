package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real message bus. */
@Tag("kernel")
@LeakChecked
@Requires(Feature.DBUS_DAEMON)
final class BusTest {
    private static final String BUS = "org.freedesktop.DBus";

    @TempDir
    private Path folder;

    @Test
    void aBusAnswersSignalsAndRefuses() throws Exception {
        Path socket = folder.resolve("bus");
        Process daemon = new ProcessBuilder(
                        "dbus-daemon",
                        "--session",
                        "--nofork",
                        "--nopidfile",
                        "--print-address",
                        "--address=unix:path=" + socket)
                .redirectError(folder.resolve("err").toFile())
                .start();
        try {
            // it says where it is when it is there
            assertThat(daemon.inputReader(StandardCharsets.UTF_8).readLine()).contains(socket.toString());
            try (Bus bus = Bus.connect(new BusAddress(socket, false), Duration.ofSeconds(10))) {
                assertThat(call(bus, "GetNameOwner", BUS).textAt(0)).isEqualTo(BUS);
                bus.subscribe("type='signal',member='NameOwnerChanged'");
                assertThatThrownBy(() -> call(bus, "GetNameOwner", "dev.ferry.nobody"))
                        .isInstanceOf(SystemdRefused.class)
                        .hasMessageContaining("org.freedesktop.DBus.Error.NameHasNoOwner");
                assertThatThrownBy(() -> bus.subscribe("nonsense"))
                        .isInstanceOf(SystemdRefused.class)
                        .hasMessageContaining("MatchRuleInvalid");
                // somebody comes
                Bus.connect(new BusAddress(socket, false), Duration.ofSeconds(10))
                        .close();
                Message signal = Objects.requireNonNull(
                        bus.signal(System.nanoTime() + Duration.ofSeconds(10).toNanos()));
                assertThat(signal.member()).isIn("NameAcquired", "NameOwnerChanged");
            }
        } finally {
            daemon.destroy();
            daemon.waitFor();
        }
    }

    private static Message call(Bus bus, String method, String argument) throws SystemdException {
        return bus.call(BUS, "/org/freedesktop/DBus", BUS, method, List.of(Value.text(argument)));
    }
}
