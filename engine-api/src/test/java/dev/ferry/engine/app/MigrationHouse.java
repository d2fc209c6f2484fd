package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.testing.LinkProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Two engines that are peers over a link that can be cut, and a job that notices when it is lost, doubled or set back. */
final class MigrationHouse {
    final CheckpointHouse a;
    final CheckpointHouse b;
    final LinkProxy toA;
    final LinkProxy toB;

    MigrationHouse(Path home, String... more) throws Exception {
        a = new CheckpointHouse(Files.createDirectories(home.resolve("a")));
        b = new CheckpointHouse(Files.createDirectories(home.resolve("b")));
        int portA = freePort();
        int portB = freePort();
        toA = LinkProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), portA));
        toB = LinkProxy.to(new InetSocketAddress(InetAddress.getLoopbackAddress(), portB));
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

    private static int freePort() throws IOException {
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
    static void requireClean(CheckpointHouse house, String id) throws IOException {
        assertThat(house.client.containers().list(true, Map.of()))
                .noneMatch(container -> container.id().equals(id));
        assertThat(house.inits()).isEmpty();
        assertThat(house.holders()).isEmpty();
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
    }
}
