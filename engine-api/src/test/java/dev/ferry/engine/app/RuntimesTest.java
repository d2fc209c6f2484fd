package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.OtherRuntime;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whichever runtime makes a container, users see the same. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
@ParameterizedClass
@EnumSource
class RuntimesTest {

    private static final String UP = "trap 'exit 42' TERM; echo up; while :; do usleep 20000; done";

    @TempDir
    private static Path shared;

    /** One engine for all tests of a runtime. */
    private static @Nullable EngineHouse house;

    private static String[] options = {};

    private final Subject subject;

    /** The built-in one and the others. */
    enum Subject {
        BUILT_IN(Optional.empty()),
        RUNC(Optional.of(OtherRuntime.RUNC)),
        CRUN(Optional.of(OtherRuntime.CRUN)),
        FERRY_RUNTIME(Optional.of(OtherRuntime.FERRY_RUNTIME));

        private final Optional<OtherRuntime> other;

        Subject(Optional<OtherRuntime> other) {
            this.other = other;
        }

        String word() {
            return other.map(OtherRuntime::word).orElse("ferry");
        }
    }

    RuntimesTest(Subject subject) {
        this.subject = subject;
    }

    @BeforeParameterizedClassInvocation
    static void start(Subject subject) throws IOException, InterruptedException {
        house = null;
        Path home = Files.createDirectory(shared.resolve(subject.word()));
        options = subject.other.isEmpty()
                ? new String[0]
                : new String[] {
                    "--add-runtime", subject.word() + "=" + subject.other.get().program(home)
                };
        house = new EngineHouse(home);
        house().start(options);
        house().importBusybox();
    }

    private static EngineHouse house() {
        return Objects.requireNonNull(house);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException, InterruptedException {
        if (house != null) {
            house.end();
        }
    }

    @AfterEach
    void nothingStays() throws IOException, InterruptedException {
        docker("rm", "-f", "box", "none");
        assertThat(docker("ps", "-aq").line()).isEmpty();
        assertThat(containersOfTheRuntime()).isEmpty();
    }

    /** What it still knows of, by its directory of states. */
    private List<Path> containersOfTheRuntime() throws IOException {
        Path states =
                house().home.resolve("run/runtimes").resolve(subject.word()).resolve("states");
        if (Files.notExists(states)) {
            return List.of();
        }
        try (var entries = Files.list(states)) {
            return entries.filter(entry -> !String.valueOf(entry.getFileName()).startsWith("."))
                    .toList();
        }
    }

    private EngineHouse.Outcome docker(String... arguments) throws IOException, InterruptedException {
        return house().docker(arguments);
    }

    /** docker run with the runtime, and what else is asked for. */
    private EngineHouse.Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(new byte[0], arguments);
    }

    private EngineHouse.Outcome run(byte[] input, String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("run", "--runtime", subject.word(), "--network", "none"));
        words.addAll(Arrays.asList(arguments));
        return house().docker(input, words.toArray(String[]::new));
    }

    private String inspect(String name, String format) throws IOException, InterruptedException {
        return docker("inspect", "-f", format, name).line();
    }

    private void up(String... more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("-d", "--name", "box"));
        words.addAll(Arrays.asList(more));
        words.addAll(List.of("busybox", "sh", "-c", UP));
        EngineHouse.Outcome outcome = run(words.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.text()).isZero();
        awaitUp(1);
    }

    private void awaitUp(int times) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (docker("logs", "box").text().lines().filter("up"::equals).count() < times) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    @Test
    void outputInputAndExitCode() throws IOException, InterruptedException {
        EngineHouse.Outcome outcome = run("--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3");
        assertThat(outcome.code()).as(outcome.text()).isEqualTo(3);
        assertThat(outcome.text().lines()).containsExactlyInAnyOrder("out", "err");
        assertThat(run("hello".getBytes(StandardCharsets.UTF_8), "-i", "--rm", "busybox", "cat")
                        .text())
                .isEqualTo("hello");
        // the client wants a terminal of its own for -i with -t, which a test has not
        assertThat(run("-t", "--rm", "busybox", "tty").text()).isEqualTo("/dev/pts/0\r\n");
    }

    @Test
    void wallsAreWhereTheyAreElsewhere() throws IOException, InterruptedException {
        assertThat(run("--rm", "busybox", "grep", "^Seccomp:\\|^CapEff\\|^CapBnd", "/proc/self/status")
                        .text()
                        .lines()
                        .map(line -> line.replaceAll("\\s+", " ")))
                .containsExactlyInAnyOrder("CapEff: 00000000a80425fb", "CapBnd: 00000000a80425fb", "Seccomp: 2");
        assertThat(run(
                                "--rm",
                                "-u",
                                "65534",
                                "-m",
                                "64m",
                                "--hostname",
                                "own",
                                "busybox",
                                "sh",
                                "-c",
                                "id -u; echo $HOSTNAME")
                        .text()
                        .lines())
                .containsExactly("65534", "own");
        // the root is nobody else's to see
        up();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(house().home.resolve("root").toString());
    }

    @Test
    void lifeOfAContainer() throws IOException, InterruptedException {
        up();
        assertThat(inspect("box", "{{.HostConfig.Runtime}}")).isEqualTo(subject.word());
        assertThat(docker("exec", "box", "sh", "-c", "echo inside; exit 7").text())
                .isEqualTo("inside\n");
        assertThat(docker("exec", "box", "sh", "-c", "exit 7").code()).isEqualTo(7);
        EngineHouse.Outcome missing = docker("exec", "box", "nosuch");
        assertThat(missing.code()).as(missing.text()).isEqualTo(127);
        assertThat(missing.text()).contains("executable file not found");
        EngineHouse.Outcome nowhere = docker("exec", "-w", "/nosuch", "box", "true");
        assertThat(nowhere.code()).as(nowhere.text()).isIn(126, 127);
        assertThat(docker("exec", "-t", "box", "tty").text()).startsWith("/dev/pts/");
        assertThat(docker("pause", "box").code()).isZero();
        assertThat(inspect("box", "{{.State.Status}}")).isEqualTo("paused");
        assertThat(docker("unpause", "box").code()).isZero();
        assertThat(docker("top", "box").text()).contains("usleep");
        assertThat(docker("stop", "box").code()).isZero();
        assertThat(inspect("box", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 42");
        assertThat(docker("start", "box").code()).isZero();
        awaitUp(2);
        assertThat(docker("kill", "box").code()).isZero();
        assertThat(docker("wait", "box").line()).isEqualTo("137");
        assertThat(docker("restart", "box").code()).isZero();
        awaitUp(3);
        docker("pause", "box");
        assertThat(docker("rm", "-f", "box").code()).isZero();
    }

    @Test
    void missingProgram() throws IOException, InterruptedException {
        EngineHouse.Outcome missing = run("--name", "none", "busybox", "nosuch");
        assertThat(missing.code()).as(missing.text()).isEqualTo(127);
        assertThat(missing.text()).contains("exec: \"nosuch\": executable file not found in $PATH");
        assertThat(inspect("none", "{{.State.ExitCode}}")).isEqualTo("127");
        assertThat(docker("logs", "none").text()).isEmpty();
        EngineHouse.Outcome forbidden = run("--rm", "busybox", "/etc/hostname");
        assertThat(forbidden.code()).as(forbidden.text()).isEqualTo(126);
    }

    @Test
    void containerOutlivesItsEngine() throws IOException, InterruptedException {
        up();
        String pid = inspect("box", "{{.State.Pid}}");
        house().killEngine();
        house().start(options);
        assertThat(inspect("box", "{{.State.Status}} {{.State.Pid}}")).isEqualTo("running " + pid);
        assertThat(docker("exec", "box", "sh", "-c", "echo inside; exit 7").text())
                .isEqualTo("inside\n");
        house().killEngine();
        ProcessHandle init = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        init.destroy();
        init.onExit().join();
        house().start(options);
        assertThat(inspect("box", "{{.State.Status}} {{.State.ExitCode}}")).isEqualTo("exited 42");
        assertThat(containersOfTheRuntime()).isEmpty();
        assertThat(docker("start", "box").code()).isZero();
        awaitUp(2);
    }
}
