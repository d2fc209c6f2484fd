package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker logs}, and how much of a log is kept. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class LogsCliTest {

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

    /** Kilobytes on the disk, as du(1) counts them. */
    private long blocks() throws IOException, InterruptedException {
        Path log = Path.of(docker("inspect", "-f", "{{.LogPath}}", "job").line());
        Process du = new ProcessBuilder("du", "-k", log.toString()).start();
        String text = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(du.waitFor()).isZero();
        return Long.parseLong(text.split("\t", -1)[0]);
    }

    @Test
    void aLogThatIsTooLongLosesItsOldestLinesAndNoOthers() throws IOException, InterruptedException {
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "job",
                "--log-opt",
                "max-size=100k",
                "--log-opt",
                "max-file=2",
                "busybox",
                "sh",
                "-c",
                "busybox seq 100000; exec sleep 1000");
        CheckpointHouse.await(
                "the log is short again",
                () -> docker("logs", "--tail", "1", "job").line().equals("100000") && blocks() <= 200);
        house.killEngine();
        house.start();
        List<String> lines = docker("logs", "job").text().lines().toList();
        assertThat(lines.getLast()).isEqualTo("100000");
        // the first may be the rest of one
        int first = Integer.parseInt(lines.get(1));
        assertThat(lines.subList(1, lines.size()))
                .isEqualTo(IntStream.rangeClosed(first, 100000)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(lines.size()).isGreaterThan(1000);
        assertThat(docker("logs", "--tail", "3", "job").text().lines()).containsExactly("99998", "99999", "100000");
    }

    @Test
    void driversAndOptionsThatAreNotThereAreRefused() throws IOException, InterruptedException {
        assertThat(docker("run", "--log-driver", "nosuch", "busybox", "true").text())
                .contains("logger: no log driver named 'nosuch' is registered");
        assertThat(docker("run", "--log-opt", "colour=red", "busybox", "true").text())
                .contains("unknown log opt 'colour' for json-file log driver");
        EngineHouse.Outcome attached =
                docker("run", "--network", "none", "--name", "job", "--log-driver", "none", "busybox", "echo", "seen");
        assertThat(attached.text()).isEqualTo("seen\n");
        assertThat(docker("logs", "job").text()).contains("configured logging driver does not support reading");
    }

    @Test
    void detailsAndTimesStandInFrontOfLines() throws IOException, InterruptedException {
        docker(
                "run",
                "--network",
                "none",
                "--name",
                "job",
                "--label",
                "tier=web",
                "-e",
                "WORD=here",
                "--log-opt",
                "labels=tier",
                "--log-opt",
                "env=WORD",
                "busybox",
                "echo",
                "line");
        assertThat(docker("logs", "--details", "job").line()).isEqualTo("WORD=here,tier=web line");
        assertThat(docker("logs", "--details", "-t", "job").line()).matches("2[0-9T:.-]+Z WORD=here,tier=web line");
        assertThat(docker("logs", "job").line()).isEqualTo("line");
    }

    @Test
    void aReaderThatDoesNotReadHoldsNobodyUp() throws IOException, InterruptedException {
        docker(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "job",
                "busybox",
                "sh",
                "-c",
                "busybox seq 200000; echo > /done; exec sleep 1000");
        ApiWire wire = ApiWire.of(house);
        try (ApiWire.Lines slow = wire.open("/v1.50/containers/job/logs?stdout=1&follow=1")) {
            assertThat(slow.next()).isNotNull();
            CheckpointHouse.await(
                    "the container is through",
                    () -> docker("exec", "job", "cat", "/done").code() == 0);
        }
        CheckpointHouse.await("the engine lets go of it", () -> wire.connections() == 0);
    }
}
