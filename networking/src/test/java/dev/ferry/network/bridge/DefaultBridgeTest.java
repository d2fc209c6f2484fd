package dev.ferry.network.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.network.BridgeTaken;
import dev.ferry.network.NetworkException;
import dev.ferry.network.PortAllocated;
import dev.ferry.network.PortUnavailable;
import dev.ferry.network.port.PortRequest;
import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.NamespaceThread;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.CloneFlags;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.runtime.namespace.NetworkNamespaces;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.NamespaceHost;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything in a network namespace of its own: this machine's is never touched. Judged by ip(8), nft(8) and busybox's nc. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.TWO_HOSTS, Feature.BUSYBOX, Feature.NFT})
class DefaultBridgeTest {
    private static final String A = "aaaaaaaaaaaaaaaaaaaa";
    private static final String B = "bbbbbbbbbbbbbbbbbbbb";

    @TempDir
    Path directory;

    private NamespaceHost host;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        host = NamespaceHost.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (String container : List.of(A, B)) {
            NetworkNamespaces.remove(pin(container));
        }
        host.close();
    }

    private Path pin(String container) {
        return directory.resolve("pin-" + container);
    }

    private Path state() {
        return directory.resolve("network");
    }

    /** Work on a thread in the host's network. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException, NetworkException;
    }

    private <T> T there(Work<T> work) throws IOException, NetworkException {
        AtomicReference<@Nullable NetworkException> refusal = new AtomicReference<>();
        Optional<T> result = host.inNetwork(() -> {
            try {
                return Optional.of(work.run());
            } catch (NetworkException e) {
                refusal.set(e);
                return Optional.empty();
            }
        });
        NetworkException refused = refusal.get();
        if (refused != null) {
            throw refused;
        }
        return result.orElseThrow();
    }

    private DefaultBridge open() throws IOException, NetworkException {
        return there(() -> DefaultBridge.open(state(), Optional.empty()));
    }

    private Endpoint attach(DefaultBridge bridge, String container, String... ports)
            throws IOException, NetworkException {
        NetworkNamespaces.create(pin(container));
        return there(() -> bridge.attach(container, pin(container), requests(ports), true));
    }

    private static List<PortRequest> requests(String... ports) {
        return List.of(ports).stream()
                .map(port -> port.split(":", -1))
                .map(p -> PortRequest.parse(p[2], p[0], p[1]))
                .toList();
    }

    private String inside(String container, String... command) throws IOException, InterruptedException {
        String[] words = new String[command.length + 2];
        words[0] = "nsenter";
        words[1] = "--net=" + pin(container);
        System.arraycopy(command, 0, words, 2, command.length);
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text;
    }

    /** A server in a container that says a word to each who comes, and waits until it listens. */
    private Process server(String container, int port, String word) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "nsenter",
                        "--net=" + pin(container),
                        "busybox",
                        "nc",
                        "-ll",
                        "-p",
                        Integer.toString(port),
                        "-e",
                        "echo",
                        word)
                .start();
        String listening = String.format(":%04X ", port);
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!inside(container, "cat", "/proc/net/tcp", "/proc/net/tcp6").contains(listening)) {
            assertThat(System.nanoTime()).as("the server listens").isLessThan(deadline);
            Thread.onSpinWait();
        }
        return process;
    }

    private DatagramSocket datagrams(String container, int port) throws IOException {
        try (Fd network = OpenFiles.open(pin(container), OpenFlags.O_RDONLY)) {
            return NamespaceThread.inside(network, CloneFlags.CLONE_NEWNET, () -> new DatagramSocket(port));
        }
    }

    private static String received(DatagramSocket socket, DatagramPacket into) throws IOException {
        socket.setSoTimeout(5000);
        socket.receive(into);
        return new String(into.getData(), 0, into.getLength(), StandardCharsets.UTF_8);
    }

    private static DatagramPacket room() {
        return new DatagramPacket(new byte[100], 100);
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    @Test
    void nothingChangesBeforeTheFirstContainer() throws IOException, NetworkException, InterruptedException {
        String before = host.run("ip", "-o", "addr") + host.run("nft", "list", "ruleset");
        try (DefaultBridge bridge = open()) {
            Lease lease = there(() -> bridge.lease(A));
            assertThat(lease.address()).hasToString("172.17.0.2");
            there(() -> bridge.collect(Set.of(A), Set.of()));
        }
        assertThat(host.run("ip", "-o", "addr") + host.run("nft", "list", "ruleset"))
                .isEqualTo(before);
        assertThat(host.run("cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("0\n");
    }

    @Test
    void containersReachEachOtherAndTheHost() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A);
            attach(bridge, B);
            assertThat(inside(A, "ip", "-o", "addr", "show", "eth0")).contains("172.17.0.2/16");
            assertThat(inside(A, "ip", "link", "show", "eth0")).contains("02:42:ac:11:00:02");
            assertThat(inside(A, "ip", "route")).contains("default via 172.17.0.1");
            assertThat(inside(A, "busybox", "ping", "-c", "1", "-W", "5", "172.17.0.3"))
                    .contains("1 packets received");
            assertThat(inside(A, "busybox", "ping", "-c", "1", "-W", "5", "172.17.0.1"))
                    .contains("1 packets received");
            there(() -> {
                bridge.detach(A);
                bridge.detach(A);
                return A;
            });
            assertThat(host.run("ip", "-o", "link")).doesNotContain("feaaaa").contains("febbbb");
            assertThat(bridge.endpoint(A)).isEmpty();
        }
    }

    @Test
    void publishedPortsAreReached() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A, ":8080:80/tcp", "127.0.0.1:9090:80/tcp", ":5353:53/udp", "::80/tcp");
            attach(bridge, B);
            int chosen =
                    bridge.endpoint(A).orElseThrow().lease().ports().getLast().hostPort();
            assertThat(chosen).isBetween(32768, 60999);
            Process tcp = server(A, 80, "hello");
            try {
                assertThat(host.run("sh", "-c", "busybox nc -w 5 127.0.0.1 8080 </dev/null"))
                        .isEqualTo("hello\n");
                assertThat(host.run("sh", "-c", "busybox nc -w 5 172.17.0.1 8080 </dev/null"))
                        .isEqualTo("hello\n");
                assertThat(host.run("sh", "-c", "busybox nc -w 5 127.0.0.1 9090 </dev/null"))
                        .isEqualTo("hello\n");
                assertThat(host.run("sh", "-c", "busybox nc -w 5 127.0.0.1 " + chosen + " </dev/null"))
                        .isEqualTo("hello\n");
                assertThat(inside(B, "sh", "-c", "busybox nc -w 5 172.17.0.1 8080 </dev/null"))
                        .as("by a published port of its own host")
                        .isEqualTo("hello\n");
                assertThat(inside(A, "sh", "-c", "busybox nc -w 5 172.17.0.1 8080 </dev/null"))
                        .as("its own published port")
                        .isEqualTo("hello\n");
                assertThat(inside(B, "sh", "-c", "busybox nc -w 1 172.17.0.1 9090 </dev/null; echo $?"))
                        .as("published for the host only")
                        .doesNotContain("hello");
            } finally {
                end(tcp);
            }
        }
    }

    @Test
    void datagramsToo() throws IOException, NetworkException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A, ":5353:53/udp");
            try (DatagramSocket server = datagrams(A, 53);
                    DatagramSocket client = host.inNetwork(() -> new DatagramSocket())) {
                byte[] question = "who".getBytes(StandardCharsets.UTF_8);
                client.send(new DatagramPacket(
                        question, question.length, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 5353));
                DatagramPacket asked = room();
                assertThat(received(server, asked)).isEqualTo("who");
                byte[] answer = "me".getBytes(StandardCharsets.UTF_8);
                server.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));
                DatagramPacket answered = room();
                assertThat(received(client, answered)).isEqualTo("me");
                assertThat(answered.getPort()).isEqualTo(5353);
            }
        }
    }

    /** CVE-2020-8558: the host's loopback can be routed by the bridge, and nobody in a container may use that. */
    @Test
    void noWayFromAContainerToTheHostsLoopback() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A);
            assertThat(host.run("cat", "/proc/sys/net/ipv4/conf/ferry0/route_localnet"))
                    .isEqualTo("1\n");
            Process secret = new ProcessBuilder(
                            host.command(List.of("busybox", "nc", "-ll", "-p", "7777", "-e", "echo", "secret")))
                    .start();
            try {
                inside(A, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet");
                inside(A, "ip", "addr", "del", "127.0.0.1/8", "dev", "lo");
                inside(
                        A,
                        "ip",
                        "route",
                        "add",
                        "127.0.0.1/32",
                        "via",
                        "172.17.0.1",
                        "dev",
                        "eth0",
                        "src",
                        "172.17.0.2");
                assertThat(inside(A, "ip", "route", "get", "127.0.0.1"))
                        .as("it really sends that to the host")
                        .contains("eth0");
                assertThat(inside(A, "sh", "-c", "busybox nc -w 1 127.0.0.1 7777 </dev/null"))
                        .doesNotContain("secret");
                assertThat(host.run("nft", "list", "chain", "ip", "ferry", "guard"))
                        .contains("drop");
                host.run("nft", "flush", "chain", "ip", "ferry", "guard");
                assertThat(inside(A, "sh", "-c", "busybox nc -w 2 127.0.0.1 7777 </dev/null"))
                        .as("without the guard it would get there")
                        .contains("secret");
            } finally {
                end(secret);
            }
        }
    }

    @Test
    void takenPortsAreRefusedInDockersWords() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A, ":8080:80/tcp");
            assertThatThrownBy(() -> attach(bridge, B, ":8081:81/tcp", "127.0.0.1:8080:80/tcp"))
                    .isInstanceOf(PortAllocated.class)
                    .hasMessage("Bind for 127.0.0.1:8080 failed: port is already allocated");
            try (var other = there(() -> {
                var socket = new java.net.ServerSocket();
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8082));
                return socket;
            })) {
                assertThat(other.isBound()).isTrue();
                assertThatThrownBy(() -> attach(bridge, B, ":8081:81/tcp", ":8082:80/tcp"))
                        .isInstanceOf(PortUnavailable.class)
                        .hasMessage("failed to bind host port 0.0.0.0:8082/tcp: address already in use");
            }
            assertThatThrownBy(() -> there(() -> {
                        try (var late = new java.net.ServerSocket()) {
                            late.bind(new InetSocketAddress(8080));
                            return late;
                        }
                    }))
                    .as("nobody else gets a published port")
                    .isInstanceOf(java.net.BindException.class);
            assertThatThrownBy(() -> attach(bridge, B, "192.0.2.77:8083:80/tcp"))
                    .hasMessageContaining("cannot assign requested address");
            assertThat(attach(bridge, B, ":8080-8082:80/tcp")
                            .lease()
                            .ports()
                            .getFirst()
                            .hostPort())
                    .as("nothing of the attempts stays, and a range goes on to the next")
                    .isEqualTo(8081);
        }
    }

    @Test
    void aNewEngineGoesOn() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge before = open()) {
            attach(before, A, ":8080:80/tcp", "::81/tcp");
            attach(before, B, ":8090:80/tcp");
        }
        host.run("nft", "flush", "ruleset");
        try (DefaultBridge bridge = open()) {
            Process server = server(A, 80, "hello");
            try {
                assertThat(host.run("sh", "-c", "busybox nc -w 5 127.0.0.1 8080 </dev/null"))
                        .isEqualTo("hello\n");
            } finally {
                end(server);
            }
            assertThat(bridge.endpoint(A).orElseThrow().lease().ports()).hasSize(2);
            assertThat(bridge.findings()).isEmpty();
            assertThat(there(() -> bridge.collect(Set.of(A), Set.of(A)))).containsExactly(B);
            assertThat(host.run("ip", "-o", "link")).contains("feaaaa").doesNotContain("febbbb");
            assertThat(host.run("nft", "list", "ruleset")).contains("8080").doesNotContain("8090");
            assertThat(state().resolve("leases").resolve(A)).exists();
            assertThat(state().resolve("leases").resolve(B)).doesNotExist();
            there(() -> bridge.collect(Set.of(A), Set.of()));
            assertThat(host.run("nft", "list", "ruleset")).doesNotContain("8080");
            assertThat(attach(bridge, A, ":8080:80/tcp").lease().address())
                    .as("the lease outlives the end")
                    .hasToString("172.17.0.2");
        }
    }

    @Test
    void unconnectedUntilItIsConnected() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, B);
            NetworkNamespaces.create(pin(A));
            there(() -> bridge.attach(A, pin(A), List.of(), false));
            assertThat(inside(A, "ip", "route")).contains("default");
            assertThat(inside(B, "busybox", "ping", "-c", "1", "-W", "1", "172.17.0.3"))
                    .contains(" 0 packets received");
            there(() -> {
                bridge.connect(A);
                return A;
            });
            assertThat(inside(B, "busybox", "ping", "-c", "1", "-W", "5", "172.17.0.3"))
                    .contains("1 packets received");
        }
    }

    @Test
    void forwardingOfOthersStaysAsItWas() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A);
            assertThat(host.run("nft", "list", "chain", "ip", "ferry", "passing"))
                    .contains("policy drop");
            assertThat(host.run("cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("1\n");
            there(() -> {
                bridge.detach(A);
                DefaultBridge.dismantle(state());
                return A;
            });
            assertThat(host.run("cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("0\n");
            assertThat(host.run("nft", "list", "ruleset")).isEmpty();
            assertThat(host.run("ip", "-o", "link")).doesNotContain("ferry0");
        }
        host.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
        try (DefaultBridge bridge = there(() -> DefaultBridge.open(directory.resolve("other"), Optional.empty()))) {
            attach(bridge, A);
            assertThat(host.run("nft", "list", "chain", "ip", "ferry", "passing"))
                    .contains("policy accept");
        }
    }

    @Test
    void anotherEnginesBridgeIsLeftAlone() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open();
                DefaultBridge second = there(() -> DefaultBridge.open(directory.resolve("second"), Optional.empty()))) {
            attach(bridge, A);
            assertThatThrownBy(() -> attach(second, B))
                    .isInstanceOf(BridgeTaken.class)
                    .hasMessageContaining("the engine on \"" + state() + "\"");
            assertThat(there(() -> second.collect(Set.of(B), Set.of()))).isEmpty();
            assertThat(host.run("ip", "-o", "link")).contains("feaaaa");
        }
    }

    @Test
    void aDeletedBridgeIsMadeAgain() throws IOException, NetworkException, InterruptedException {
        try (DefaultBridge bridge = open()) {
            attach(bridge, A);
            host.run("ip", "link", "del", "ferry0");
            attach(bridge, B);
            assertThat(inside(B, "busybox", "ping", "-c", "1", "-W", "5", "172.17.0.1"))
                    .contains("1 packets received");
        }
    }

    @Test
    void avoidsWhatTheHostReaches() throws IOException, NetworkException, InterruptedException {
        host.run("sh", "-c", "ip link add x type bridge && ip addr add 172.17.3.1/24 dev x && ip link set x up");
        try (DefaultBridge bridge = open()) {
            assertThat(bridge.address()).hasToString("172.18.0.1/16");
        }
        try (DefaultBridge bridge =
                there(() -> DefaultBridge.open(state(), Optional.of(BridgeAddress.parse("10.9.8.1/24"))))) {
            assertThat(there(() -> bridge.lease(A)).address()).hasToString("10.9.8.2");
        }
    }

    /** A figure, not a claim: printed for whoever reads the log. */
    @Test
    void howLongAttachingTakes() throws IOException, NetworkException {
        try (DefaultBridge bridge = open()) {
            long[] nanos = new long[40];
            long[] detaching = new long[40];
            for (int i = 0; i < nanos.length; i++) {
                NetworkNamespaces.create(pin(A));
                long begun = System.nanoTime();
                there(() -> bridge.attach(A, pin(A), requests(":8080:80/tcp"), true));
                nanos[i] = System.nanoTime() - begun;
                long ended = System.nanoTime();
                there(() -> {
                    bridge.detach(A);
                    return A;
                });
                detaching[i] = System.nanoTime() - ended;
            }
            java.util.Arrays.sort(nanos);
            java.util.Arrays.sort(detaching);
            assertThat(bridge.endpoint(A)).isEmpty();
            System.out.println(
                    "attach " + nanos[20] / 1000 + " us, detach " + detaching[20] / 1000 + " us (medians of 40)");
        }
    }
}
