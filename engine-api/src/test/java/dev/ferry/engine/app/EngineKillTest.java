package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.monitor.LogFrame;
import dev.ferry.runtime.monitor.LogFrames;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine dies at random moments, ready or still on its way up, while containers write and end. {@code -Dferry.kills=100
 * -Dferry.containers=20} for the full measure, {@code -Dferry.seed=...} for the same moments once more; the seed is printed with a
 * failure.
 */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class EngineKillTest {

    private static final int KILLS = Integer.getInteger("ferry.kills", 5);
    private static final int CONTAINERS = Integer.getInteger("ferry.containers", 20);
    private static final long SEED = Long.getLong("ferry.seed", System.nanoTime());

    /** Exit codes of those that end during the run begin here, above those of the ones that stay. */
    private static final int FIRST_CODE = 50;

    @TempDir
    Path home;

    private final Random random = new Random(SEED);
    private EngineHouse house;
    private int kills;
    private long lines;

    /** When a container ends, seen from the engine. */
    private enum End {
        AS_THE_ENGINE_DIES,
        WITHOUT_AN_ENGINE,
        AS_THE_ENGINE_STARTS
    }

    /** A container that counts until it is told to end, and then ends with a code of its own. */
    private record Counter(String name, String id, int code, ProcessHandle init) {}

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
    void noContainerDiesNoLineIsLostAndEveryExitCodeIsRight() throws IOException, InterruptedException {
        List<Counter> counters = new ArrayList<>();
        for (int i = 0; i < CONTAINERS; i++) {
            counters.add(count("c" + i, i + 1));
        }
        String before = facts(counters);
        int ended = 0;
        for (int round = 0; kills < KILLS; round++) {
            Counter mortal = count("m" + round, FIRST_CODE + round % 200);
            End end = End.values()[random.nextInt(End.values().length)];
            killAndStart(mortal, end);
            assertThat(facts(counters)).as("seed %d, %s", SEED, end).isEqualTo(before);
            assertThat(counters)
                    .as("seed %d", SEED)
                    .allMatch(counter -> counter.init().isAlive());
            checkEnd(mortal, end.toString());
            ended++;
            assertThat(house.docker("rm", mortal.name()).code()).isZero();
        }
        for (Counter counter : counters.subList(0, CONTAINERS / 2)) {
            house.docker("stop", counter.name());
        }
        List<Counter> alone = counters.subList(CONTAINERS / 2, CONTAINERS);
        kill();
        alone.forEach(counter -> counter.init().destroy());
        alone.forEach(counter -> counter.init().onExit().join());
        house.start();
        for (Counter counter : counters) {
            checkEnd(counter, "at last");
        }
        System.out.printf(
                "%d kills, %d containers lived through them all and %d ended meanwhile, %d lines%n",
                kills, CONTAINERS, ended, lines);
    }

    private Counter count(String name, int code) throws IOException, InterruptedException {
        String program =
                "trap 'echo end; exit " + code + "' TERM; i=0; while :; do echo $i; i=$((i+1)); usleep 30000; done";
        EngineHouse.Outcome run =
                house.docker("run", "-d", "--network", "none", "--name", name, "busybox", "sh", "-c", program);
        assertThat(run.code()).as(run.text()).isZero();
        String id = run.line();
        try (LogFrames log = LogFrames.open(log(id))) {
            // before its first line it may not have set its trap, and the first process of a namespace has no default
            // action
            while (log.next().isEmpty()) {
                log.awaitGrowth(Duration.ofSeconds(1));
            }
        }
        long pid = Long.parseLong(
                house.docker("inspect", "-f", "{{.State.Pid}}", name).line());
        return new Counter(name, id, code, ProcessHandle.of(pid).orElseThrow());
    }

    private void killAndStart(Counter mortal, End end) throws IOException, InterruptedException {
        pause(400);
        if (end == End.AS_THE_ENGINE_DIES) {
            mortal.init().destroy();
            pause(30);
        }
        kill();
        if (end == End.WITHOUT_AN_ENGINE) {
            mortal.init().destroy();
            mortal.init().onExit().join();
        }
        house.launch();
        if (end == End.AS_THE_ENGINE_STARTS) {
            pause(1500);
            mortal.init().destroy();
        }
        if (random.nextInt(3) == 0 && kills < KILLS) {
            pause(1500);
            kill();
            house.launch();
        }
        house.awaitReady();
    }

    private void kill() throws InterruptedException {
        house.killEngine();
        kills++;
    }

    /** Up to so long, so that what follows comes at a moment that nobody chose. */
    private void pause(int millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(millis));
    }

    /** What must not change of a container that lives: a new process or a new start would show. */
    private String facts(List<Counter> counters) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "inspect", "-f", "{{.Name}} {{.State.Status}} {{.State.Pid}} {{.State.StartedAt}} {{.RestartCount}}"));
        counters.forEach(counter -> command.add(counter.name()));
        return house.docker(command.toArray(String[]::new)).text();
    }

    /** The code, and every line once: in what the engine tells, and in the file. */
    private void checkEnd(Counter counter, String when) throws IOException, InterruptedException {
        String what = "%s %s, seed %d".formatted(counter.name(), when, SEED);
        assertThat(house.docker("wait", counter.name()).line()).as(what).isEqualTo(Integer.toString(counter.code()));
        assertThat(house.docker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", counter.name())
                        .line())
                .as(what)
                .isEqualTo("exited " + counter.code());
        List<String> told = house.docker("logs", counter.name()).text().lines().toList();
        List<String> expected = new ArrayList<>(DockerCliTest.numbers(told.size() - 1));
        expected.add("end");
        assertThat(told).as(what).isEqualTo(expected);
        assertThat(written(counter.id()).lines().toList()).as(what).isEqualTo(expected);
        lines += told.size();
    }

    private Path log(String id) {
        return home.resolve("root/containers").resolve(id).resolve("log");
    }

    private String written(String id) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (LogFrames frames = LogFrames.open(log(id))) {
            for (Optional<LogFrame> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                bytes.writeBytes(frame.get().bytes());
            }
            assertThat(frames.position()).isEqualTo(frames.size());
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
