package dev.ferry.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two hosts reach each other and nothing else, at the rate that was said, and leave nothing. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.TWO_HOSTS})
final class TwoHostsTest {
    @Test
    void speakWithEachOtherAtTheRateOfTheirLink() throws Exception {
        try (TwoHosts hosts = TwoHosts.start()) {
            hosts.limit(80);
            send(hosts, 4 << 20);
            // how often a packet had to wait for its turn
            assertThat(hosts.a().run("tc", "-s", "qdisc", "show", "dev", "eth0"))
                    .contains("rate 80Mbit")
                    .containsPattern("overlimits [1-9]");
        }
    }

    private static void send(TwoHosts hosts, int bytes) throws IOException, InterruptedException {
        try (ServerSocket listener = hosts.b().inNetwork(() -> {
                    ServerSocket socket = new ServerSocket();
                    socket.bind(new InetSocketAddress(TwoHosts.ADDRESS_B, 0));
                    return socket;
                });
                Socket caller = hosts.a().inNetwork(() -> {
                    Socket socket = new Socket();
                    socket.connect(listener.getLocalSocketAddress());
                    return socket;
                });
                Socket called = listener.accept()) {
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    caller.getOutputStream().write(new byte[bytes]);
                } catch (IOException e) {
                    // the reader finds out
                }
            });
            assertThat(called.getInputStream().readNBytes(bytes)).hasSize(bytes);
            writer.join();
        }
    }

    @Test
    void areNumberedFromOneAndSeeOnlyTheirOwn() throws Exception {
        List<String> before = interfaces();
        try (TwoHosts hosts = TwoHosts.start()) {
            assertThat(interfaces()).isEqualTo(before);
            assertThat(hosts.a().run("sh", "-c", "ls -d /proc/[0-9]*").lines()).hasSizeLessThan(5);
            hosts.a().run("mount", "-t", "tmpfs", "none", "/mnt");
            assertThat(hosts.a().mounts()).anyMatch(line -> line.contains(" /mnt "));
            assertThat(hosts.b().mounts()).noneMatch(line -> line.contains(" /mnt "));
        }
    }

    @Test
    void leaveNoProcessBehind() throws Exception {
        List<String> namespaces = new ArrayList<>();
        try (TwoHosts hosts = TwoHosts.start()) {
            namespaces.addAll(hosts.a().namespaces());
            namespaces.addAll(hosts.b().namespaces());
            // one that nobody waits for, and that does not care
            hosts.a().run("sh", "-c", "trap '' TERM HUP; setsid sleep 1000 >/dev/null 2>&1 </dev/null &");
            assertThat(NamespaceHost.membersOf(namespaces)).hasSizeGreaterThanOrEqualTo(3);
        }
        assertThat(NamespaceHost.membersOf(namespaces)).isEmpty();
    }

    private static List<String> interfaces() throws IOException {
        return NetworkInterface.networkInterfaces()
                .map(Object::toString)
                .sorted()
                .toList();
    }
}
