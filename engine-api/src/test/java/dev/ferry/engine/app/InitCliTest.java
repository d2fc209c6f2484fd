package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker run --init}. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class InitCliTest {

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

    private EngineHouse.Outcome run(String... rest) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("run", "--init", "--network", "none", "--name", "job"));
        command.addAll(List.of(rest));
        return docker(command.toArray(String[]::new));
    }

    @Test
    void theProgramIsNotProcessOneAndItsEndIsTheContainers() throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = run("--rm", "busybox", "sh", "-c", "echo $$; exit 5");
        assertThat(outcome.code()).isEqualTo(5);
        assertThat(outcome.line()).isNotEqualTo("1").matches("[0-9]+");
        assertThat(run("--rm", "--read-only", "-u", "7:7", "busybox", "id", "-u")
                        .line())
                .isEqualTo("7");
        EngineHouse.Outcome missing = run("--rm", "busybox", "nosuch");
        assertThat(missing.code()).isEqualTo(127);
        assertThat(missing.text()).contains("executable file not found");
        assertThat(run("--rm", "-t", "busybox", "sh", "-c", "tty && cat /proc/self/stat")
                        .text())
                .contains("/dev/pts/0");
    }

    @Test
    void orphansAreReapedAndSignalsReachTheProgram() throws IOException, InterruptedException {
        run("-d", "busybox", "sh", "-c", "trap 'exit 9' TERM; while :; do (sleep 0.01 &); sleep 0.05; done");
        CheckpointHouse.await(
                "some orphans have come",
                () -> docker("exec", "job", "sh", "-c", "exit 0").code() == 0);
        EngineHouse.Outcome zombies = docker("exec", "job", "sh", "-c", "usleep 500000; cat /proc/[0-9]*/stat");
        assertThat(zombies.text().lines().filter(l -> l.contains(") Z ")).count())
                .isLessThan(3);
        assertThat(zombies.text()).startsWith("1 (");
        assertThat(docker("top", "job").text()).contains("/.ferry-init -- sh -c");
        docker("stop", "job");
        assertThat(docker("wait", "job").line()).isEqualTo("9");
    }

    @Test
    @Requires(Feature.CRIU)
    void isSavedAndBroughtBack() throws IOException, InterruptedException {
        run(
                "-d",
                "busybox",
                "sh",
                "-c",
                "trap 'exit 9' TERM; i=0; while :; do echo $i; i=$((i+1)); usleep 20000; done");
        EngineHouse.Outcome taken = docker("checkpoint", "create", "job", "one");
        assertThat(taken.code()).as(taken.text()).isZero();
        EngineHouse.Outcome back = docker("start", "--checkpoint", "one", "job");
        assertThat(back.code()).as(back.text()).isZero();
        docker("stop", "job");
        assertThat(docker("wait", "job").line()).isEqualTo("9");
        List<String> lines = docker("logs", "job").text().lines().toList();
        assertThat(lines).isEqualTo(DockerCliTest.numbers(lines.size()));
    }
}
