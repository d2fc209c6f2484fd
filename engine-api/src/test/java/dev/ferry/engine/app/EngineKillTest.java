package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine dies at random moments while containers write. {@code -Dferry.kills=100 -Dferry.containers=20} for the full measure; the
 * seed is printed with a failure.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class EngineKillTest {

    private static final int KILLS = Integer.getInteger("ferry.kills", 5);
    private static final int CONTAINERS = Integer.getInteger("ferry.containers", 20);

    @TempDir
    Path home;

    @Test
    void noContainerDiesNoLineIsLostAndEveryExitCodeIsRight() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        EngineHouse house = new EngineHouse(home);
        try {
            house.start();
            house.importBusybox();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < CONTAINERS; i++) {
                String name = "c" + i;
                names.add(name);
                // ends by itself when it is told to, with a code of its own
                String program =
                        "trap 'exit " + (i + 1) + "' TERM; i=0; while :; do echo $i; i=$((i+1)); usleep 30000; done";
                assertThat(house.docker(
                                        "run",
                                        "-d",
                                        "--network",
                                        "none",
                                        "--name",
                                        name,
                                        "busybox",
                                        "sh",
                                        "-c",
                                        program)
                                .code())
                        .isZero();
            }
            for (int kill = 0; kill < KILLS; kill++) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(400));
                house.killEngine();
                house.start();
                assertThat(house.docker("ps", "-q").text().lines())
                        .as("seed %d", seed)
                        .hasSize(CONTAINERS);
            }
            for (int i = 0; i < CONTAINERS; i++) {
                if (i == CONTAINERS / 2) {
                    // the other half ends while no engine runs
                    List<Long> pids = new ArrayList<>();
                    for (String name : names.subList(i, CONTAINERS)) {
                        pids.add(Long.parseLong(house.docker("inspect", "-f", "{{.State.Pid}}", name)
                                .line()));
                    }
                    house.killEngine();
                    pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy));
                    for (long pid : pids) {
                        ProcessHandle.of(pid).ifPresent(p -> p.onExit().join());
                    }
                    house.start();
                }
                if (i < CONTAINERS / 2) {
                    house.docker("stop", names.get(i));
                }
                assertThat(house.docker("wait", names.get(i)).line()).isEqualTo(Integer.toString(i + 1));
                List<String> lines =
                        house.docker("logs", names.get(i)).text().lines().toList();
                assertThat(lines).as("seed %d", seed).isEqualTo(DockerCliTest.numbers(lines.size()));
            }
        } finally {
            house.end();
        }
    }
}
