package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health checks, seen by the docker command line. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class HealthCliTest {

    private static final String STATUS = "{{.State.Health.Status}}";

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

    private String inspect(String format) throws IOException, InterruptedException {
        return docker("inspect", "-f", format, "job").line();
    }

    private void await(String status) throws IOException, InterruptedException {
        CheckpointHouse.await(
                "it is " + status,
                () -> inspect("{{if .State.Health}}" + STATUS + "{{end}}").equals(status));
    }

    private void run(String check, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "run",
                "-d",
                "--network",
                "none",
                "--name",
                "job",
                "--health-interval",
                "100ms",
                "--health-cmd",
                check));
        command.addAll(List.of(more));
        command.addAll(List.of("busybox", "sh", "-c", "echo > /up; exec sleep 1000"));
        EngineHouse.Outcome run = docker(command.toArray(String[]::new));
        assertThat(run.code()).as(run.text()).isZero();
    }

    @Test
    void becomesHealthyAndUnhealthyAndTellsSo() throws IOException, InterruptedException {
        run("cat /up && echo fine", "--health-retries", "2");
        await("healthy");
        assertThat(docker("ps", "--format", "{{.Status}}").line()).endsWith("(healthy)");
        assertThat(docker("ps", "-q", "--filter", "health=healthy").line()).isNotEmpty();
        assertThat(docker("ps", "-q", "--filter", "health=unhealthy").line()).isEmpty();
        assertThat(docker("ps", "-q", "--filter", "health=none").line()).isEmpty();
        docker("exec", "job", "sh", "-c", "busybox rm /up");
        await("unhealthy");
        CheckpointHouse.await(
                "five results", () -> inspect("{{len .State.Health.Log}}").equals("5"));
        assertThat(inspect("{{(index .State.Health.Log 4).ExitCode}} {{(index .State.Health.Log 4).Output}}"))
                .startsWith("1 cat: can't open");
        String events = docker(
                        "events",
                        "--since",
                        "1h",
                        "--until",
                        Instant.now().toString(),
                        "--filter",
                        "event=health_status")
                .text();
        assertThat(events.lines().map(l -> l.replaceAll(".*health_status: (\\w+).*", "$1")))
                .as(events)
                .containsExactly("healthy", "unhealthy");
        docker("stop", "-t", "0", "job");
        assertThat(inspect(STATUS)).isEqualTo("unhealthy");
        assertThat(inspect("{{.State.Running}}")).isEqualTo("false");
        assertThat(docker("ps", "-a", "--format", "{{.Status}}").line()).startsWith("Exited");
    }

    @Test
    void aProbeThatHangsIsEndedWithItsChildrenAndLongOutputIsCut() throws IOException, InterruptedException {
        run("busybox seq 1 9999; sleep 777 & sleep 777", "--health-timeout", "1s", "--health-retries", "1");
        await("unhealthy");
        String output = inspect("{{(index .State.Health.Log 0).Output}}");
        assertThat(output)
                .startsWith("Health check exceeded timeout (1s): 1\n2")
                .endsWith("...");
        assertThat(output.length()).isBetween(4096, 4200);
        assertThat(inspect("{{(index .State.Health.Log 0).ExitCode}}")).isEqualTo("-1");
        docker("pause", "job");
        String top = docker("top", "job").text();
        assertThat(top).doesNotContain("777").contains("sleep 1000");
        docker("unpause", "job");
        docker("rm", "-f", "job");
    }

    @Test
    void healthOutlivesTheEngineAndAProbeOfADeadEngineIsEnded() throws IOException, InterruptedException {
        run("cat /up && if test -e /hang; then busybox rm /hang; sleep 777; fi", "--health-timeout", "100s");
        await("healthy");
        docker("exec", "job", "sh", "-c", "echo > /hang");
        CheckpointHouse.await("a probe hangs", () -> docker("top", "job").text().contains("sleep 777"));
        house.killEngine();
        house.start();
        assertThat(inspect(STATUS)).isEqualTo("healthy");
        CheckpointHouse.await(
                "the old probe is gone", () -> !docker("top", "job").text().contains("sleep 777"));
        docker("exec", "job", "busybox", "rm", "/up");
        await("unhealthy");
    }

    @Test
    @Requires(Feature.CRIU)
    void noProbeIsInACheckpointAndChecksGoOnAfterARestore() throws IOException, InterruptedException {
        run("cat /up; usleep 300000", "--health-interval", "1ms");
        await("healthy");
        EngineHouse.Outcome taken = docker("checkpoint", "create", "job", "one");
        assertThat(taken.code()).as(taken.text()).isZero();
        assertThat(docker("start", "--checkpoint", "one", "job").code()).isZero();
        await("healthy");
        assertThat(docker("checkpoint", "create", "--leave-running", "job", "two")
                        .code())
                .isZero();
        docker("exec", "job", "busybox", "rm", "/up");
        await("healthy");
    }

    @Test
    void aCheckCanBeSwitchedOffAndABadOneIsRefused() throws IOException, InterruptedException {
        EngineHouse.Outcome off = docker(
                "run", "-d", "--network", "none", "--name", "job", "--no-healthcheck", "busybox", "sleep", "1000");
        assertThat(off.code()).as(off.text()).isZero();
        assertThat(inspect("{{.State.Health}}")).isEqualTo("<nil>");
        assertThat(docker("ps", "-q", "--filter", "health=none").line()).isNotEmpty();
        EngineHouse.Outcome wrong =
                docker("run", "--health-cmd", "true", "--health-interval", "1us", "busybox", "true");
        assertThat(wrong.text()).contains("Interval in Healthcheck cannot be less than 1ms");
        assertThat(docker("ps", "--filter", "health=wobbly").text()).contains("invalid filter 'health=wobbly'");
    }
}
