package dev.ferry.network.bridge;

import dev.ferry.network.port.PortBook.Ephemeral;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the calling thread's network namespace is set to; proc_sys_net(5), ip-sysctl.rst. */
final class HostSettings {
    private static final Path NETWORK = Path.of("/proc/sys/net/ipv4");
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path FORWARDING = NETWORK.resolve("ip_forward");

    private static final int LONGEST = 256;

    private HostSettings() {}

    /** Whether packets pass from one interface to another. */
    static boolean forwards() throws IOException {
        return !read(FORWARDING).equals("0");
    }

    /** Switches that on or off. */
    static void forward(boolean on) throws IOException {
        Files.writeString(FORWARDING, on ? "1" : "0");
    }

    /** Lets packets of the host's loopback addresses leave by an interface. Whoever does that guards what comes in by it. */
    static void routeLoopback(String networkInterface) throws IOException {
        Files.writeString(NETWORK.resolve("conf").resolve(networkInterface).resolve("route_localnet"), "1");
    }

    /** The ports that the kernel takes for itself. */
    static Ephemeral ephemeral() throws IOException {
        String[] words = read(NETWORK.resolve("ip_local_port_range")).split("\\s+", -1);
        return new Ephemeral(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }

    /** Tells one boot of this host from another. */
    static String boot() throws IOException {
        return read(BOOT);
    }

    /** In one read: at a second one, some of these files say that they are over, and Java begins with a single byte. */
    private static String read(Path file) throws IOException {
        try (Fd fd = OpenFiles.open(file, OpenFlags.O_RDONLY)) {
            return new String(OpenFiles.read(fd, LONGEST), StandardCharsets.US_ASCII).strip();
        }
    }
}
