package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that want more memory than they may have. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class OutOfMemoryTest {

    /** Doubles a text until there is no room for it. */
    private static final String EAT = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done";

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

    private void run(String... program) throws IOException, InterruptedException {
        String[] all = new String[9 + program.length];
        System.arraycopy(
                new String[] {"run", "-d", "--network", "none", "--name", "job", "-m", "16m", "busybox"}, 0, all, 0, 9);
        System.arraycopy(program, 0, all, 9, program.length);
        EngineHouse.Outcome run = house.docker(all);
        assertThat(run.code()).as(run.text()).isZero();
    }

    private String inspect(String format) throws IOException, InterruptedException {
        return house.docker("inspect", "-f", format, "job").line();
    }

    private long events() throws IOException, InterruptedException {
        return house.docker("events", "--since", "1h", "--until", Instant.now().toString(), "--filter", "event=oom")
                .text()
                .lines()
                .count();
    }

    @Test
    void theKernelsWorkIsTold() throws IOException, InterruptedException {
        run("sh", "-c", EAT);
        assertThat(house.docker("wait", "job").line()).isEqualTo("137");
        assertThat(inspect("{{.State.OOMKilled}}")).isEqualTo("true");
        assertThat(events()).isPositive();
        house.killEngine();
        house.start();
        assertThat(inspect("{{.State.OOMKilled}}")).isEqualTo("true");
    }

    @Test
    void aChildThatIsEndedIsToldWhileTheContainerRunsOn() throws IOException, InterruptedException {
        run("sh", "-c", "while :; do sleep 1000; done");
        assertThat(inspect("{{.State.OOMKilled}}")).isEqualTo("false");
        assertThat(house.docker("exec", "job", "sh", "-c", EAT).code()).isEqualTo(137);
        CheckpointHouse.await(
                "the end is told", () -> inspect("{{.State.OOMKilled}}").equals("true"));
        assertThat(inspect("{{.State.Running}}")).isEqualTo("true");
        assertThat(events()).isEqualTo(1);
        house.docker("kill", "job");
        assertThat(inspect("{{.State.OOMKilled}}")).isEqualTo("true");
        assertThat(events()).isEqualTo(1);
    }
}
