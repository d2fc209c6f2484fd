package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.testing.Feature;
import dev.ferry.testing.NamespaceHost;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TwoHosts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default network, with docker's own command line at an engine that has a host's network to itself, and a neighbour of that host. */
@Tag("kernel")
@Requires({
    Feature.ROOT,
    Feature.CGROUPS,
    Feature.OVERLAYFS,
    Feature.BUSYBOX,
    Feature.DOCKER_CLI,
    Feature.LIBSECCOMP,
    Feature.TWO_HOSTS,
    Feature.NFT
})
class NetworkTest {

    private static final String HELLO = "hello\n";

    @TempDir
    Path home;

    private TwoHosts hosts;
    private NamespaceHost here;
    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        hosts = TwoHosts.start();
        here = hosts.a();
        house = new EngineHouse(home, here);
        house.start();
        house.importBusybox();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        try {
            house.end();
        } finally {
            hosts.close();
        }
    }

    private EngineHouse.Outcome docker(String... arguments) throws IOException, InterruptedException {
        return house.docker(arguments);
    }

    private String ok(String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = docker(arguments);
        assertThat(outcome.code())
                .as("%s: %s", List.of(arguments), outcome.text())
                .isZero();
        return outcome.line();
    }

    private void refused(int code, String text, String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = docker(arguments);
        assertThat(outcome.text()).contains(text);
        assertThat(outcome.code()).isEqualTo(code);
    }

    private static String asked(NamespaceHost from, String address, int port) throws IOException, InterruptedException {
        return from.run("sh", "-c", "busybox nc -w 5 " + address + " " + port + " </dev/null");
    }

    private void awaitListening(String container, int port) throws IOException, InterruptedException {
        String wanted = String.format(":%04X ", port);
        CheckpointHouse.await(
                "a server listens",
                () -> docker("exec", container, "cat", "/proc/net/tcp", "/proc/net/tcp6")
                        .text()
                        .contains(wanted));
    }

    private void serve(String name, String... options) throws IOException, InterruptedException {
        List<String> words = Stream.of(
                        Stream.of("run", "-d", "--name", name),
                        Stream.of(options),
                        Stream.of("busybox", "busybox", "nc", "-ll", "-p", "80", "-e", "echo", "hello"))
                .flatMap(part -> part)
                .toList();
        ok(words.toArray(String[]::new));
        awaitListening(name, 80);
    }

    @Test
    void publishedPortsSurviveTheEngine() throws IOException, InterruptedException {
        serve("web", "-p", "8080:80", "-p", "127.0.0.1::80", "-p", "5353:53/udp");
        assertThat(asked(here, "127.0.0.1", 8080)).isEqualTo(HELLO);
        assertThat(asked(hosts.b(), TwoHosts.ADDRESS_A, 8080)).isEqualTo(HELLO);
        assertThat(ok("port", "web", "80/tcp")).contains("0.0.0.0:8080").contains("127.0.0.1:");
        assertThat(ok("ps")).contains("0.0.0.0:8080->80/tcp").contains("0.0.0.0:5353->53/udp");
        assertThat(ok(
                        "inspect",
                        "-f",
                        "{{.NetworkSettings.IPAddress}} {{.NetworkSettings.Gateway}}"
                                + " {{.NetworkSettings.MacAddress}} {{.NetworkSettings.IPPrefixLen}}"
                                + " {{.NetworkSettings.Networks.bridge.IPAddress}}",
                        "web"))
                .isEqualTo("172.17.0.2 172.17.0.1 02:42:ac:11:00:02 16 172.17.0.2");
        assertThat(ok("inspect", "-f", "{{.NetworkSettings.SandboxKey}}", "web"))
                .contains("/netns/");
        refused(
                125,
                "Bind for 0.0.0.0:8080 failed: port is already allocated",
                "run",
                "-d",
                "-p",
                "8080:80",
                "busybox",
                "true");

        house.killEngine();
        assertThat(asked(hosts.b(), TwoHosts.ADDRESS_A, 8080))
                .as("without an engine")
                .isEqualTo(HELLO);
        house.start();
        assertThat(asked(hosts.b(), TwoHosts.ADDRESS_A, 8080)).isEqualTo(HELLO);
        assertThat(asked(here, "127.0.0.1", 8080)).isEqualTo(HELLO);
        assertThat(ok("port", "web", "80/tcp")).contains("0.0.0.0:8080");
        refused(
                125,
                "Bind for 0.0.0.0:8080 failed: port is already allocated",
                "run",
                "-d",
                "-p",
                "8080:80",
                "busybox",
                "true");
        ok("stop", "-t", "0", "web");
        assertThat(here.run("nft", "list", "ruleset")).doesNotContain("8080");
        assertThat(here.run("ip", "-o", "link")).doesNotContainPattern("fe[0-9a-f]{13}");
        assertThat(ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "web")).isEmpty();
        ok("start", "web");
        awaitListening("web", 80);
        assertThat(asked(here, "127.0.0.1", 8080)).isEqualTo(HELLO);
        ok("rm", "-f", "web");
        for (String id : ok("ps", "-aq").lines().toList()) {
            ok("rm", "-f", id);
        }
        try (Stream<Path> leases = Files.list(home.resolve("root/network/leases"))) {
            assertThat(leases).isEmpty();
        }
    }

    @Test
    void otherModes() throws IOException, InterruptedException {
        serve("web");
        assertThat(ok(
                        "run",
                        "--rm",
                        "--network",
                        "container:web",
                        "busybox",
                        "busybox",
                        "nc",
                        "-w",
                        "5",
                        "127.0.0.1",
                        "80"))
                .isEqualTo("hello");
        assertThat(ok("run", "--rm", "busybox", "busybox", "nc", "-w", "5", "172.17.0.2", "80"))
                .isEqualTo("hello");
        assertThat(ok("run", "--rm", "--network", "host", "busybox", "busybox", "ip", "-o", "addr"))
                .contains("ferry0")
                .contains(TwoHosts.ADDRESS_A);
        assertThat(ok("run", "--rm", "--network", "none", "busybox", "busybox", "ip", "-o", "addr"))
                .contains("lo")
                .doesNotContain("eth0");
        assertThat(ok("inspect", "-f", "{{.Config.Hostname}}", "web"))
                .isEqualTo(ok("run", "--rm", "--network", "container:web", "busybox", "cat", "/etc/hostname"));
        refused(125, "No such container: nobody", "run", "--network", "container:nobody", "busybox", "true");
        refused(
                1,
                "conflicting options: hostname and the network mode",
                "create",
                "--network",
                "container:web",
                "-h",
                "x",
                "busybox");
        ok("stop", "-t", "0", "web");
        refused(
                125,
                "cannot join network of a non running container",
                "run",
                "--network",
                "container:web",
                "busybox",
                "true");
    }

    @Test
    void filesOfAContainer() throws IOException, InterruptedException {
        String hosts = ok(
                "run",
                "--rm",
                "-h",
                "web",
                "--domainname",
                "example.com",
                "--add-host",
                "db:192.0.2.9",
                "--add-host",
                "me:host-gateway",
                "busybox",
                "cat",
                "/etc/hosts");
        assertThat(hosts)
                .contains("192.0.2.9\tdb", "172.17.0.1\tme", "\tweb.example.com web")
                .containsPattern("172\\.17\\.0\\.\\d+\tweb");
        assertThat(ok(
                        "run",
                        "--rm",
                        "--dns",
                        "192.0.2.53",
                        "--dns-search",
                        "example.com",
                        "--dns-option",
                        "ndots:2",
                        "busybox",
                        "cat",
                        "/etc/resolv.conf"))
                .isEqualTo("nameserver 192.0.2.53\nsearch example.com\noptions ndots:2");
        assertThat(ok("run", "--rm", "busybox", "cat", "/etc/resolv.conf")).doesNotContain("nameserver 127.");
    }

    @Test
    void theNetworksThatEveryEngineHas() throws IOException, InterruptedException {
        serve("web");
        assertThat(ok("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}")
                        .lines())
                .containsExactlyInAnyOrder("bridge bridge local", "host host local", "none null local");
        assertThat(ok("network", "ls", "-q", "--filter", "name=brid").lines()).hasSize(1);
        assertThat(ok(
                        "network",
                        "inspect",
                        "-f",
                        "{{(index .IPAM.Config 0).Subnet}} {{range .Containers}}" + "{{.Name}} {{.IPv4Address}}{{end}}",
                        "bridge"))
                .isEqualTo("172.17.0.0/16 web 172.17.0.2/16");
        assertThat(ok("network", "inspect", "-f", "{{.Id}}", "bridge"))
                .isEqualTo(ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.NetworkID}}", "web"));
        refused(1, "does not serve networks of one's own yet", "network", "create", "net");
        refused(1, "is a pre-defined network and cannot be removed", "network", "rm", "bridge");
        refused(1, "network net not found", "network", "inspect", "net");
        ok("network", "prune", "-f");
    }

    /** The client is a neighbour of the host, its connection passes the published port, and no byte of it is lost. */
    @Test
    @Requires(Feature.CRIU)
    void connectionsSurviveACheckpoint() throws IOException, InterruptedException {
        String count = "i=0; while :; do echo $i; i=$((i+1)); usleep 20000; done";
        ok(
                "run", "-d", "--name", "count", "-p", "8080:80", "busybox", "busybox", "nc", "-l", "-p", "80", "-e",
                "sh", "-c", count);
        awaitListening("count", 80);
        EngineClient client = EngineClient.of(EngineAddress.parse("unix://" + home.resolve("run/ferry.sock")));
        try (client;
                Socket socket = hosts.b().inNetwork(() -> new Socket(TwoHosts.ADDRESS_A, 8080));
                BufferedReader in = new BufferedReader(
                        new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(30_000);
            int next = 0;
            for (; next < 20; next++) {
                assertThat(in.readLine()).isEqualTo(Integer.toString(next));
            }
            String address = ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "count");
            for (String name : List.of("one", "two")) {
                client.ferry().createCheckpoint("count", new CheckpointRequest(name, false, true, true));
                assertThat(here.run("ip", "-o", "link")).doesNotContainPattern("fe[0-9a-f]{13}");
                ok("start", "--checkpoint", name, "count");
                assertThat(ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "count"))
                        .isEqualTo(address);
                int until = next + 50;
                for (; next < until; next++) {
                    assertThat(in.readLine()).isEqualTo(Integer.toString(next));
                }
            }
        }
    }
}
