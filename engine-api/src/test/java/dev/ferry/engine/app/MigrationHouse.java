package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.testing.LinkProxy;
import dev.ferry.testing.NamespaceHost;
import dev.ferry.testing.TwoHosts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two engines that are peers over a link that can be cut, and a job that notices when it is lost, doubled or set back. */
final class MigrationHouse {
    final CheckpointHouse a;
    final CheckpointHouse b;
    final LinkProxy toA;
    final LinkProxy toB;
    private final @Nullable TwoHosts hosts;

    /** On this host, over its loopback interface. */
    MigrationHouse(Path home, String... more) throws Exception {
        hosts = null;
        a = new CheckpointHouse(Files.createDirectories(home.resolve("a")));
        b = new CheckpointHouse(Files.createDirectories(home.resolve("b")));
        int portA = freePort();
        int portB = freePort();
        toA = LinkProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), portA));
        toB = LinkProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), portB));
        start(portA, portB, more);
    }

    /** Each on a host of its own, with a link between them; the proxies stand at its ends. */
    MigrationHouse(Path home, TwoHosts hosts, String... more) throws Exception {
        this.hosts = hosts;
        a = new CheckpointHouse(Files.createDirectories(home.resolve("a")), hosts.a());
        b = new CheckpointHouse(Files.createDirectories(home.resolve("b")), hosts.b());
        int port = 7000; // nobody else is there
        toA = proxyAt(hosts.a(), TwoHosts.ADDRESS_A, port);
        toB = proxyAt(hosts.b(), TwoHosts.ADDRESS_B, port);
        start(port, port, more);
    }

    private static LinkProxy proxyAt(NamespaceHost host, String address, int port) throws IOException {
        return host.inNetwork(() -> LinkProxy.between(
                new InetSocketAddress(address, 0), new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private void start(int portA, int portB, String... more) throws Exception {
        a.startApart(options("a", portA, toA, more));
        b.startApart(options("b", portB, toB, more));
        a.client.peers().join(b.client.peers().invite().token(), "");
    }

    private static String[] options(String name, int port, LinkProxy proxy, String... more) {
        List<String> options = new ArrayList<>(
                List.of("--peer-name", name, "--peer-listen", "127.0.0.1:" + port, "--peer-address", proxy.text()));
        options.addAll(List.of(more));
        return options.toArray(String[]::new);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    MigrationHouse withBusybox() throws IOException, InterruptedException {
        a.withBusybox();
        return this;
    }

    static MigrationRequest request(String container, String to) {
        return new MigrationRequest(container, to, false, false, List.of(), 0);
    }

    /** Moves it and waits for the end. */
    static MigrationDetail move(CheckpointHouse from, String to, String container) throws IOException {
        MigrationDetail[] last = new MigrationDetail[1];
        String id = from.client.migrations().begin(request(container, to)).id();
        from.client.migrations().follow(id, detail -> last[0] = detail);
        return last[0];
    }

    /** Lets an engine halt before that step, which comes sooner or later. */
    static void haltBefore(CheckpointHouse house, String step) throws IOException {
        Files.deleteIfExists(DyingEngine.halted(house.home));
        Files.writeString(DyingEngine.halt(house.home), step);
    }

    static boolean isHalted(CheckpointHouse house) {
        return Files.exists(DyingEngine.halted(house.home));
    }

    static void goOn(CheckpointHouse house) throws IOException {
        Files.deleteIfExists(DyingEngine.halt(house.home));
        Files.deleteIfExists(DyingEngine.halted(house.home));
    }

    /** Where the container runs, which is nowhere or in two places while nothing is clear. */
    List<CheckpointHouse> runningAt(String id) throws IOException {
        List<CheckpointHouse> at = new ArrayList<>();
        for (CheckpointHouse house : List.of(a, b)) {
            for (var container : house.client.containers().list(true, Map.of())) {
                if (container.id().equals(id) && container.state().equals("running")) {
                    at.add(house);
                }
            }
        }
        return at;
    }

    /** The other side has nothing of it. */
    static void requireClean(CheckpointHouse house, String id) throws IOException, InterruptedException {
        assertThat(house.client.containers().list(true, Map.of()))
                .noneMatch(container -> container.id().equals(id));
        assertThat(house.inits()).isEmpty();
        // an engine that has just started asks its CRIU what it can do, in a process that is soon gone
        CheckpointHouse.await("no process", () -> house.holders().isEmpty());
        assertThat(house.cgroups()).isEmpty();
        assertThat(house.home.resolve("root/containers").resolve(id)).doesNotExist();
        assertThat(house.home.resolve("root/migrations")).isEmptyDirectory();
    }

    void end() throws Exception {
        goOn(a);
        goOn(b);
        toA.close();
        toB.close();
        a.end();
        b.end();
        if (hosts != null) {
            endHosts(hosts);
        }
    }

    /** Nothing of the engines is left there but what makes a host, and nothing of the hosts here. */
    private void endHosts(TwoHosts two) throws IOException, InterruptedException {
        List<String> namespaces = new ArrayList<>(two.a().namespaces());
        namespaces.addAll(two.b().namespaces());
        try (two) {
            for (NamespaceHost host : List.of(two.a(), two.b())) {
                CheckpointHouse.await("nobody on a host", () -> host.guests().isEmpty());
            }
            assertThat(a.mounts()).isEmpty();
            assertThat(b.mounts()).isEmpty();
        }
        assertThat(NamespaceHost.membersOf(namespaces)).isEmpty();
    }
}
