package dev.ferry.runtime.systemd;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where systemd is asked.
 *
 * @param direct whether systemd itself listens there, and no bus in between
 */
record BusAddress(Path socket, boolean direct) {
    private static final String SYSTEM = "/run/dbus/system_bus_socket";
    /** systemd's own, for root, where there is no bus. */
    private static final Path PRIVATE = Path.of("/run/systemd/private");

    private static final String VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS";

    /** In the order in which they are to be tried. */
    static List<BusAddress> ofHost(Map<String, String> environment, boolean isRoot) throws BusUnusable {
        String named = environment.getOrDefault(VARIABLE, "");
        List<BusAddress> all = new ArrayList<>(named.isEmpty() ? List.of(bus(SYSTEM)) : parse(named));
        if (isRoot) {
            all.add(new BusAddress(PRIVATE, true));
        }
        return all;
    }

    /** D-Bus Specification, "Server Addresses": {@code unix:path=/a,guid=b;unix:path=/c}, bytes as {@code %20}. */
    static List<BusAddress> parse(String addresses) throws BusUnusable {
        List<BusAddress> all = new ArrayList<>();
        for (String address : addresses.split(";", -1)) {
            if (!address.startsWith("unix:")) {
                continue;
            }
            for (String pair : address.substring("unix:".length()).split(",", -1)) {
                if (pair.startsWith("path=")) {
                    all.add(bus(unescaped(pair.substring("path=".length()))));
                }
            }
        }
        if (all.isEmpty()) {
            throw new BusUnusable(
                    "%s=\"%s\" names no socket that this runtime can use; it must have the form unix:path=%s, or be unset"
                            .formatted(VARIABLE, addresses, SYSTEM),
                    null);
        }
        return all;
    }

    private static BusAddress bus(String path) {
        return new BusAddress(Path.of(path), false);
    }

    private static String unescaped(String text) throws BusUnusable {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] escaped = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < escaped.length; i++) {
            if (escaped[i] != '%') {
                bytes.write(escaped[i]);
                continue;
            }
            try {
                bytes.write(Integer.parseInt(new String(escaped, i + 1, 2, StandardCharsets.US_ASCII), 16));
            } catch (NumberFormatException | IndexOutOfBoundsException e) {
                throw new BusUnusable(
                        "%s has \"%s\", where %% is not followed by two hexadecimal digits; correct it"
                                .formatted(VARIABLE, text),
                        e);
            }
            i += 2;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
