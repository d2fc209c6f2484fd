package dev.ferry.runtime.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where systemd is asked. */
final class BusAddressTest {
    private static final BusAddress PRIVATE = new BusAddress(Path.of("/run/systemd/private"), true);

    @Test
    void rootAsksSystemdItselfWhereThereIsNoBus() throws Exception {
        BusAddress bus = new BusAddress(Path.of("/run/dbus/system_bus_socket"), false);
        assertThat(BusAddress.ofHost(Map.of(), true)).containsExactly(bus, PRIVATE);
        assertThat(BusAddress.ofHost(Map.of(), false)).containsExactly(bus);
    }

    @Test
    void environmentNamesAnother() throws Exception {
        String addresses = "tcp:host=a;unix:abstract=b;unix:guid=1,path=/a%20b;unix:path=/c";
        assertThat(BusAddress.ofHost(Map.of("DBUS_SYSTEM_BUS_ADDRESS", addresses), true))
                .containsExactly(new BusAddress(Path.of("/a b"), false), new BusAddress(Path.of("/c"), false), PRIVATE);
    }

    @Test
    void addressesOfNoUseAreRefused() {
        for (String address : List.of("tcp:host=a", "unix:abstract=b", "unix:path=/%2", "unix:path=/%zz")) {
            assertThatThrownBy(() -> BusAddress.parse(address))
                    .isInstanceOf(BusUnusable.class)
                    .hasMessageContaining("DBUS_SYSTEM_BUS_ADDRESS");
        }
    }
}
