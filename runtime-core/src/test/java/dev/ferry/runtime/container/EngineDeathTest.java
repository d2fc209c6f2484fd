package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.OwnNames;
import dev.ferry.testing.Requires;
import dev.ferry.testing.TestRoot;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second JVM brings containers up and is killed; this one finds them. */
@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.BUSYBOX, Feature.CGROUPS})
class EngineDeathTest {
    private static final int LINES = 3000;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private ContainerLauncher launcher;
    private String cgroups;
    private int started;

    @BeforeAll
    static void makeRoot() throws Exception {
        TestRoot.makeIn(shared.resolve("root"));
    }

    @BeforeEach
    void open() throws Exception {
        launcher = new ContainerLauncher(folder);
        cgroups = OwnNames.fresh();
    }

    @AfterEach
    void close() throws Exception {
        launcher.close();
        for (int i = 0; i < started; i++) {
            CgroupHierarchies.ofHost()
                    .open(new CgroupPath("/" + cgroups + "-" + i))
                    .delete(Duration.ofSeconds(10));
        }
    }

    @RepeatedTest(3)
    void noLineIsLostOrDoubledAndEveryExitCodeIsRight() throws Exception {
        int containers = 3;
        java.lang.Process engine = engine(
                containers, "i=0; while [ $i -lt " + LINES + " ]; do echo line $i; i=$((i+1)); done; exit $CODE");
        awaitStarted(engine, containers);
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(30)); // a random moment is the point
        engine.destroyForcibly().waitFor();
        List<String> expected =
                IntStream.range(0, LINES).mapToObj(i -> "line " + i).toList();
        for (int i = 0; i < containers; i++) {
            try (ContainerProcess container =
                    launcher.adopt(folder.resolve("c" + i), folder.resolve("c" + i + ".log"))) {
                assertThat(container.awaitExit().exitCode()).isEqualTo(10 + i);
                assertThat(Box.text(folder.resolve("c" + i + ".log"), 0).lines())
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void inputAndItsEndReachAContainerOfTheDeadEngine() throws Exception {
        java.lang.Process engine = engine(1, "cat; exit $CODE");
        awaitStarted(engine, 1);
        engine.destroyForcibly().waitFor();
        Path log = folder.resolve("c0.log");
        try (ContainerProcess container = launcher.adopt(folder.resolve("c0"), log)) {
            assertThat(container.status()).isInstanceOf(Status.Running.class);
            OutputStream input = container.stdin();
            input.write("after\n".getBytes(StandardCharsets.UTF_8));
            Box.awaitText(log, "after");
            container.closeStdin();
            assertThat(container.awaitExit().exitCode()).isEqualTo(10);
        }
    }

    @Test
    void containerThatWasOnlyCreatedGoesWithItsEngine() throws Exception {
        java.lang.Process engine = engine(1, "create-only");
        awaitStarted(engine, 1);
        engine.destroyForcibly().waitFor();
        try (ContainerProcess container = launcher.adopt(folder.resolve("c0"), folder.resolve("c0.log"))) {
            assertThat(container.awaitExit().exitCode()).isEqualTo(Monitored.ABANDONED);
        }
    }

    @Test
    void incarnationOfAnotherBootIsLost() throws Exception {
        Path directory = Files.createDirectory(folder.resolve("old"));
        Files.writeString(directory.resolve(MonitorState.FILE), """
            {"version":1,"protocol":1,"id":"x","kind":"START","monitor":{"pid":1,"startTicks":1,"bootId":"another"},
             "init":{"pid":1,"startTicks":1,"bootId":"another"},"terminal":false,"keepsStdin":false,"later":true}
            """);
        try (ContainerProcess container = launcher.adopt(directory, folder.resolve("old.log"))) {
            assertThat(container.status()).isEqualTo(new Status.Lost("the host has been restarted"));
            assertThat(container.awaitExit().exitCode()).isEqualTo(ExitRecord.UNKNOWN_EXIT_CODE);
        }
    }

    private java.lang.Process engine(int containers, String script) throws Exception {
        started = containers;
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(SecondEngine.class.getName());
        command.addAll(List.of(
                folder.toString(), shared.resolve("root").toString(), cgroups, Integer.toString(containers), script));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("engine.err").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void awaitStarted(java.lang.Process engine, int containers) throws Exception {
        while (!Files.exists(folder.resolve("started-" + containers))) {
            if (engine.waitFor(5, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("second engine ended: " + Files.readString(folder.resolve("engine.err")));
            }
        }
    }
}
