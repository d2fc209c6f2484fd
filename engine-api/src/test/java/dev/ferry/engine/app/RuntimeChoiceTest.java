package dev.ferry.engine.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.OtherRuntime;
import dev.ferry.testing.Requires;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which runtime a container gets, and what is said of those that do not work. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS, Feature.BUSYBOX, Feature.DOCKER_CLI, Feature.LIBSECCOMP})
class RuntimeChoiceTest {

    @TempDir
    Path home;

    private EngineHouse house;

    @BeforeEach
    void make() {
        house = new EngineHouse(home);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        house.end();
    }

    private void start(String... options) throws IOException, InterruptedException {
        house.start(options);
        house.importBusybox();
    }

    private Path script(String name, String text) throws IOException {
        Path file = Files.writeString(home.resolve(name), "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private EngineHouse.Outcome run(String runtime) throws IOException, InterruptedException {
        return house.docker("run", "--rm", "--runtime", runtime, "--network", "none", "busybox", "true");
    }

    private String line(String... arguments) throws IOException, InterruptedException {
        return house.docker(arguments).line();
    }

    @Test
    void runtimesThatDoNotWorkSayWhy() throws IOException, InterruptedException {
        String json = "{\"level\":\"error\",\"msg\":\"the moon is full\"}";
        start(
                "--add-runtime",
                "gone=" + home.resolve("gone"),
                "--add-runtime",
                "silent=" + script("silent", "exit 9"),
                "--add-runtime",
                "loud=" + script("loud", "echo no luck >&2; exit 1"),
                "--add-runtime",
                // --root R --log L --log-format json create ...
                "told=" + script("told", "[ \"$7\" != create ] || echo '" + json + "' > \"$4\"; exit 1"),
                "--add-runtime",
                "idle=" + script("idle", "exit 0"));
        EngineHouse.Outcome unknown = run("none-such");
        assertThat(unknown.code()).isEqualTo(125);
        assertThat(unknown.text()).contains("unknown or invalid runtime name: none-such");
        assertThat(run("gone").text()).contains("runtime \"gone\": \"" + home.resolve("gone") + "\" does not exist");
        assertThat(run("silent").text()).contains("runtime \"silent\", create: it ended with code 9 and said nothing");
        assertThat(run("loud").text()).contains("runtime \"loud\", create: no luck");
        assertThat(run("told").text()).contains("runtime \"told\", create: the moon is full");
        assertThat(run("idle").text()).contains("runtime \"idle\" said that all is well and wrote no process id");
        assertThat(run("ferry").code()).isZero();
        assertThat(line("ps", "-aq")).isEmpty();
        assertThat(line(
                        "info",
                        "-f",
                        "{{.DefaultRuntime}} {{range $name, $r := .Runtimes}}{{$name}}={{$r.Path}} {{end}}"))
                .startsWith("ferry ferry= gone=" + home.resolve("gone"));
    }

    /** The runtime kills the engine when it has created: nobody asks for the start. */
    @Test
    void engineThatDiesBetweenCreateAndStartLeavesNothing() throws IOException, InterruptedException {
        Path program = OtherRuntime.FERRY_RUNTIME.program(home);
        Path victim = home.resolve("victim");
        String deadly = """
                case " $* " in
                  *" create "*) "%s" "$@"; code=$?; [ ! -e "%s" ] || kill -9 $(cat "%s"); exit $code ;;
                esac
                exec "%s" "$@"
                """.formatted(program, victim, victim, program);
        String[] options = {"--add-runtime", "deadly=" + script("deadly", deadly)};
        start(options);
        house.docker("create", "--name", "box", "--runtime", "deadly", "--network", "none", "busybox", "sleep", "1000");
        Files.writeString(victim, Long.toString(house.pid()));
        assertThat(house.docker("start", "box").code()).isNotZero();
        house.killEngine();
        Files.delete(victim);
        house.start(options);
        assertThat(line("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "box"))
                .isEqualTo("exited 137");
        try (var left = Files.list(home.resolve("run/runtimes/deadly/states"))) {
            assertThat(left.filter(entry -> !String.valueOf(entry.getFileName()).startsWith(".")))
                    .isEmpty();
        }
        assertThat(house.docker("start", "box").code()).isZero();
        assertThat(line("inspect", "-f", "{{.State.Status}}", "box")).isEqualTo("running");
    }

    @Test
    void defaultIsSettledWhenAContainerIsMade() throws IOException, InterruptedException {
        String other = "other=" + OtherRuntime.FERRY_RUNTIME.program(home);
        start("--add-runtime", other, "--default-runtime", "other");
        assertThat(line("info", "-f", "{{.DefaultRuntime}}")).isEqualTo("other");
        house.docker("run", "-d", "--name", "theirs", "--network", "none", "busybox", "sleep", "1000");
        house.docker("create", "--name", "ours", "--runtime", "ferry", "--network", "none", "busybox", "true");
        house.killEngine();
        // the default is another now, and theirs is not even known any more
        house.start();
        assertThat(line("inspect", "-f", "{{.HostConfig.Runtime}}", "theirs", "ours")
                        .lines())
                .containsExactly("other", "ferry");
        assertThat(line("inspect", "-f", "{{.State.Status}}", "theirs")).isEqualTo("running");
        assertThat(line("exec", "theirs", "true")).contains("unknown or invalid runtime name: other");
        assertThat(house.docker("stop", "-t", "0", "theirs").code()).isZero();
        assertThat(line("start", "theirs")).contains("unknown or invalid runtime name: other");
        assertThat(house.docker("start", "-a", "ours").code()).isZero();
        // it keeps compiled filters beside its containers
        try (var left = Files.list(home.resolve("run/runtimes/other/states"))) {
            assertThat(left.filter(entry -> !String.valueOf(entry.getFileName()).startsWith(".")))
                    .isEmpty();
        }
    }

    @Test
    void whatIsDoneWithOurProcessesIsRefusedForTheirs() throws IOException, InterruptedException {
        start("--add-runtime", "other=" + OtherRuntime.FERRY_RUNTIME.program(home));
        house.docker(
                "run", "-d", "--name", "box", "--runtime", "other", "--network", "none", "busybox", "sleep", "1000");
        assertThat(line("checkpoint", "create", "box", "one"))
                .contains(
                        "checkpoint of a container of runtime \"other\" is not supported: run it with --runtime ferry");
        assertThat(line("inspect", "-f", "{{.State.Status}}", "box")).isEqualTo("running");
        house.docker("stop", "-t", "0", "box");
        assertThat(line("start", "--checkpoint", "one", "box")).contains("restore of a container of runtime \"other\"");
    }
}
