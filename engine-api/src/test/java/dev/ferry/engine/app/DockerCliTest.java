package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unmodified docker command line is the judge. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class DockerCliTest {

    private static final String COUNT = "i=0; while :; do echo $i; i=$((i+1)); usleep 20000; done";

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        house = new EngineHouse(home);
        house.start();
        house.importBusybox();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    private EngineHouse.Outcome docker(String... arguments) throws IOException, InterruptedException {
        return house.docker(arguments);
    }

    @Test
    void runDeliversOutputAndExitCode() throws IOException, InterruptedException {
        EngineHouse.Outcome outcome =
                docker("run", "--rm", "--network", "none", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3");
        assertThat(outcome.code()).isEqualTo(3);
        assertThat(outcome.text().lines()).containsExactlyInAnyOrder("out", "err");
        assertThat(docker("ps", "-aq").line()).isEmpty();
        assertThat(house.docker(
                                "hello".getBytes(StandardCharsets.UTF_8),
                                "run",
                                "-i",
                                "--rm",
                                "--network",
                                "none",
                                "busybox",
                                "cat")
                        .text())
                .isEqualTo("hello");
    }

    @Test
    void lifeOfAContainer() throws IOException, InterruptedException {
        docker("run", "-d", "--network", "none", "--name", "web", "busybox", "sh", "-c", COUNT);
        assertThat(docker("exec", "web", "sh", "-c", "exit 7").code()).isEqualTo(7);
        refused(126, "unable to find user nobody-here", "exec", "-u", "nobody-here", "web", "true");
        refused(127, "executable file not found", "exec", "web", "nosuch");
        refused(126, "/nosuch", "exec", "-w", "/nosuch", "web", "true");
        assertThat(docker("pause", "web").code()).isZero();
        assertThat(docker("exec", "web", "true").text()).contains("is paused, unpause the container before exec");
        assertThat(docker("unpause", "web").code()).isZero();
        assertThat(docker("rm", "web").text()).contains("container is running");
        assertThat(docker("stop", "-t", "0", "web").code()).isZero();
        assertThat(docker("wait", "web").line()).isEqualTo("137");
        List<String> lines = docker("logs", "web").text().lines().toList();
        assertThat(lines).isEqualTo(numbers(lines.size()));
        assertThat(docker("logs", "--tail", "2", "web").text().lines())
                .containsExactlyElementsOf(lines.subList(lines.size() - 2, lines.size()));
        assertThat(docker("rm", "web").code()).isZero();
    }

    @Test
    @Requires(Feature.CRIU)
    void checkpointedContainerGoesOnWhereItWas() throws IOException, InterruptedException {
        docker("run", "-d", "--network", "none", "--name", "job", "busybox", "sh", "-c", COUNT);
        assertThat(docker("checkpoint", "create", "job", "one").line()).isEqualTo("one");
        assertThat(docker("checkpoint", "create", "job", "two").text()).contains("not running");
        assertThat(docker("checkpoint", "ls", "job").text()).contains("one");
        int before = docker("logs", "job").text().lines().toList().size();
        assertThat(docker("start", "--checkpoint", "one", "job").code()).isZero();
        house.killEngine();
        house.start();
        docker("kill", "job");
        List<String> lines = docker("logs", "job").text().lines().toList();
        assertThat(lines).isEqualTo(numbers(lines.size())).hasSizeGreaterThan(before);
        Path image = Path.of(docker("inspect", "-f", "{{.LogPath}}", "job").line())
                .resolveSibling("checkpoints/one/checkpoint/inventory.img");
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length / 2] ^= 1;
        Files.write(image, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        EngineHouse.Outcome damaged = docker("start", "--checkpoint", "one", "job");
        assertThat(damaged.code()).isEqualTo(1);
        assertThat(damaged.text()).contains("inventory.img");
        assertThat(docker("start", "--checkpoint", "none-such", "job").text()).contains("does not exist");
        assertThat(docker("checkpoint", "rm", "job", "one").code()).isZero();
    }

    @Test
    void badInputGetsItsAnswer() throws IOException, InterruptedException {
        refused(1, "No such image", "create", "--pull", "never", "nothing");
        docker("create", "--network", "none", "--name", "taken", "busybox", "true");
        refused(125, "is already in use by container", "run", "--name", "taken", "busybox", "true");
        refused(127, "executable file not found", "run", "--rm", "--network", "none", "busybox", "nosuch");
        refused(125, "publishing ports", "run", "-p", "80:80", "busybox", "true");
        refused(125, "this host is linux/", "run", "--platform", "linux/s390x", "busybox", "true");
        refused(125, "unknown capability", "run", "--cap-add", "FLY", "busybox", "true");
        refused(125, "Minimum memory limit", "run", "-m", "1m", "busybox", "true");
        refused(1, "No such container", "stop", "nothing");
        refused(1, "invalid signal", "kill", "-s", "NOPE", "taken");
        refused(1, "is not running", "kill", "taken");
        refused(1, "not a swarm manager", "node", "ls");
    }

    @Test
    void damagedRecordIsShownAndTheEngineStarts() throws IOException, InterruptedException {
        String id = docker("create", "--network", "none", "--name", "torn", "busybox", "true")
                .text()
                .lines()
                .toList()
                .getLast();
        house.killEngine();
        Path record = home.resolve("root/containers").resolve(id).resolve("container.json");
        byte[] half = Arrays.copyOf(Files.readAllBytes(record), 100);
        Files.write(record, half);
        house.start();
        assertThat(docker("ps", "-a").text()).contains(id.substring(0, 12)).contains("damaged");
        assertThat(docker("start", id).text()).contains("is damaged");
        assertThat(Files.readAllBytes(record)).isEqualTo(half);
        assertThat(docker("rm", "-f", id).code()).isZero();
        assertThat(record).doesNotExist();
    }

    @Test
    void withoutCriuACheckpointIsRefusedWithARemedy() throws IOException, InterruptedException {
        house.killEngine();
        house.start("--tools", home.resolve("no-tools").toString());
        docker("run", "-d", "--network", "none", "--name", "job", "busybox", "sleep", "1000");
        if (!Feature.CRIU.isPresent() || Files.notExists(Path.of("/usr/sbin/criu"))) {
            EngineHouse.Outcome outcome = docker("checkpoint", "create", "job", "one");
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.text()).contains("no criu on this host");
        }
        assertThat(docker("inspect", "-f", "{{.State.Status}}", "job").line()).isEqualTo("running");
    }

    @Test
    void whatIsNotThereYetSaysSo() throws IOException, InterruptedException {
        docker("create", "--network", "none", "--name", "job", "busybox", "true");
        Path context = Files.createDirectory(home.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), "FROM scratch\n");
        refused(1, "does not serve builds yet", "build", "-t", "own", context.toString());
        refused(1, "does not serve networks of one's own yet", "network", "create", "net");
        refused(1, "network net not found", "network", "inspect", "net");
        refused(1, "network net not found", "network", "rm", "net");
        refused(1, "get vol: no such volume", "volume", "rm", "vol");
        refused(1, "does not serve swarms yet", "swarm", "init");
        EngineHouse.Outcome pruned = docker("system", "prune", "--force", "--volumes");
        assertThat(pruned.text()).contains("Total reclaimed space").doesNotContain("rror");
        assertThat(pruned.code()).isZero();
    }

    @Test
    void oldestClientLivesAWholeLife() throws IOException, InterruptedException {
        house.environment.put("DOCKER_API_VERSION", "1.24");
        assertThat(docker("version", "--format", "{{.Client.APIVersion}}").line())
                .isEqualTo("1.24");
        docker("run", "-d", "--network", "none", "--name", "old", "busybox", "sh", "-c", "echo up; exec sleep 1000");
        assertThat(docker("exec", "old", "echo", "hi").line()).isEqualTo("hi");
        assertThat(docker("ps", "--format", "{{.Names}}").line()).isEqualTo("old");
        assertThat(docker("logs", "old").line()).isEqualTo("up");
        assertThat(docker("stop", "-t", "0", "old").code()).isZero();
        assertThat(docker("wait", "old").line()).isEqualTo("137");
        assertThat(docker("rm", "old").code()).isZero();
        house.environment.put("DOCKER_API_VERSION", "1.23");
        refused(1, "client version 1.23 is too old", "ps");
        house.environment.put("DOCKER_API_VERSION", "1.99");
        refused(1, "client version 1.99 is too new", "ps");
    }

    private void refused(int code, String text, String... arguments) throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = docker(arguments);
        assertThat(outcome.text()).contains(text);
        assertThat(outcome.code()).as(String.join(" ", arguments)).isEqualTo(code);
    }

    static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }
}
