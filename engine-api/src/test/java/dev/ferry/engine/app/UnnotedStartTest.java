package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine dies after a start and before the note of it: the record on disk is the one from before. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class UnnotedStartTest {

    private static final String LIVE = "trap 'exit 42' TERM; echo up; while :; do usleep 20000; done";

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

    @Test
    void whatRunsIsTakenOverAndWhatEndedHasItsCode() throws IOException, InterruptedException {
        Path living = create("living", "sh", "-c", LIVE);
        Path dying = create("dying", "sh", "-c", LIVE);
        Path planned = create("planned", "true");
        long pid = startAndAwaitOutput("living");
        ProcessHandle end = ProcessHandle.of(startAndAwaitOutput("dying")).orElseThrow();
        house.killEngine();
        end.destroy();
        end.onExit().join();
        forgetStart(living);
        forgetStart(dying);
        // as far as a start came that the engine died in the beginning of
        Files.createDirectories(planned.resolveSibling("incarnations/1"));
        house.start();
        assertThat(inspect("living", "{{.State.Status}} {{.State.Pid}}")).isEqualTo("running " + pid);
        assertThat(inspect("dying", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 42");
        assertThat(inspect("planned", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("created 0");
        assertThat(house.docker("stop", "living").code()).isZero();
        assertThat(inspect("living", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 42");
        assertThat(house.docker("start", "-a", "planned").code()).isZero();
    }

    /** The path of its record; a copy of what it says now lies beside it. */
    private Path create(String name, String... command) throws IOException, InterruptedException {
        String[] create = {"create", "--network", "none", "--name", name, "busybox"};
        String[] all = java.util.stream.Stream.of(create, command)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new);
        String id = house.docker(all).line();
        Path record = home.resolve("root/containers").resolve(id).resolve("container.json");
        Files.copy(record, record.resolveSibling("before"));
        return record;
    }

    private static void forgetStart(Path record) throws IOException {
        Files.move(record.resolveSibling("before"), record, StandardCopyOption.REPLACE_EXISTING);
    }

    private long startAndAwaitOutput(String name) throws IOException, InterruptedException {
        assertThat(house.docker("start", name).code()).isZero();
        while (house.docker("logs", name).line().isEmpty()) {
            Thread.onSpinWait();
        }
        return Long.parseLong(inspect(name, "{{.State.Pid}}"));
    }

    private String inspect(String name, String format) throws IOException, InterruptedException {
        return house.docker("inspect", "-f", format, name).line();
    }
}
