package dev.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Console;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command line against a real engine, as a user would go through it. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CGROUPS, Feature.OVERLAYFS})
@Timeout(180)
final class MainOnEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Not a TempDir: that one warns of each of the hundreds of links in an image. */
    private final Path directory = Files.createTempDirectory("ferry-cli-test-");

    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private final List<Process> engines = new ArrayList<>();

    MainOnEngineTest() throws IOException {}

    /** What one call printed and returned. */
    private record Said(int code, String out, String err) {}

    @BeforeEach
    void startEngine() throws Exception {
        String host = "unix://" + directory.resolve("run/ferry.sock");
        environment.put("FERRY_HOST", host);
        List<String> command;
        try {
            command = new ArrayList<>(
                    EngineProgram.command(invocation(new ByteArrayOutputStream(), new ByteArrayOutputStream(), "")));
        } catch (Refusal e) {
            abort("skipped: " + e.getMessage());
            return;
        }
        command.addAll(List.of(
                "--root",
                directory.resolve("root").toString(),
                "--run",
                directory.resolve("run").toString(),
                "--host",
                host));
        Process engine = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("engine.log").toFile())
                .start();
        engines.add(engine);
        awaitReady(host, engine);
    }

    @AfterEach
    void stopEngine() throws Exception {
        for (Process engine : engines) {
            for (String id : call("ps", "--all", "--quiet").out().lines().toList()) {
                call("rm", "--force", id);
            }
            engine.destroy();
            assertThat(engine.waitFor(30, TimeUnit.SECONDS))
                    .as("engine ends when asked")
                    .isTrue();
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void lifeOfAContainer() throws Exception {
        assertThat(call("image", "from-host", "small:1").err()).contains("image small:1");
        assertThat(call("images").out()).contains("small:1");

        Said run = call("run", "--rm", "--network", "none", "small:1", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(run.out()).isEqualTo("out\n");
        assertThat(run.err()).contains("err\n");
        assertThat(run.code()).isEqualTo(7);

        assertThat(callWith("typed\n", "run", "--rm", "-i", "--network", "none", "small:1", "cat")
                        .out())
                .isEqualTo("typed\n");
        assertThat(call("run", "--rm", "--network", "none", "small:1", "nonsense")
                        .code())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(call("run", "--rm", "--network", "none", "small:1", "/etc").code())
                .isEqualTo(ExitCode.NOT_EXECUTABLE);
        Said unknown = call("run", "nosuch");
        assertThat(unknown.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(unknown.err()).contains("No such image: nosuch").contains("ferry image from-host");

        assertThat(call("run", "-d", "--name", "job", "--network", "none", "small:1", "sleep", "1000")
                        .code())
                .isZero();
        Said taken = call("run", "-d", "--name", "job", "small:1", "true");
        assertThat(taken.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(taken.err()).contains("already in use");
        assertThat(call("ps").out()).contains("job").contains("sleep 1000");
        assertThat(json(call("ps", "--json")).get(0).path("State").asText()).isEqualTo("running");
        assertThat(json(call("inspect", "job")).get(0).path("Name").asText()).isEqualTo("/job");
        Said exec = call("exec", "-e", "A=b", "job", "sh", "-c", "echo $A; exit 3");
        assertThat(exec.out()).isEqualTo("b\n");
        assertThat(exec.code()).isEqualTo(3);
        assertThat(call("stop", "-t", "0", "job").code()).isZero();
        assertThat(call("rm", "job").out()).isEqualTo("job\n");
        Said gone = call("logs", "job");
        assertThat(gone.code()).isEqualTo(ExitCode.ENGINE);
        assertThat(gone.err()).contains("No such container: job").contains("ferry ps --all");
    }

    @Test
    @Requires(Feature.CRIU)
    void checkpointAndRestore() throws Exception {
        call("image", "from-host", "small:1");
        String count = "i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done";
        assertThat(call("run", "-d", "--name", "job", "--network", "none", "small:1", "sh", "-c", count)
                        .code())
                .isZero();
        awaitLines(3);
        Said made = call("checkpoint", "create", "job", "one");
        assertThat(made.err()).contains("frozen for");
        assertThat(made.out()).isEqualTo("one\n");
        assertThat(made.code()).isZero();
        int before = lines().size();
        assertThat(call("checkpoint", "create", "job", "two").code())
                .as("it does not run")
                .isEqualTo(ExitCode.ENGINE);
        assertThat(call("checkpoint", "ls", "job").out()).contains("one").contains("complete");
        assertThat(json(call("checkpoint", "inspect", "job", "one"))
                        .path("sizes")
                        .path("memory")
                        .asLong())
                .isPositive();

        assertThat(call("restore", "job").err()).contains("restored from 'one'");
        awaitLines(before + 3);
        List<String> lines = lines();
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
        }
        assertThat(call("restore", "job", "one").code()).as("it runs").isEqualTo(ExitCode.ENGINE);
        assertThat(call("kill", "job").code()).isZero();
        assertThat(call("checkpoint", "rm", "job", "one").out()).isEqualTo("one\n");
        assertThat(call("restore", "job").err()).contains("has no checkpoint");
    }

    private void awaitLines(int count) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (lines().size() < count) {
            assertThat(System.nanoTime()).as("%s lines", count).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private List<String> lines() {
        return call("logs", "job").out().lines().toList();
    }

    private static void awaitReady(String host, Process engine) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (EngineClient client = EngineClient.of(EngineAddress.parse(host))) {
            while (true) {
                try {
                    client.system().ping();
                    return;
                } catch (IOException e) {
                    assertThat(engine.isAlive() && System.nanoTime() < deadline)
                            .as("engine answers")
                            .isTrue();
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        }
    }

    private Said call(String... arguments) {
        return callWith("", arguments);
    }

    private Said callWith(String input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = console(out, err, input);
        int code = Main.run(List.of(arguments), console, environment);
        console.flush();
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Invocation invocation(ByteArrayOutputStream out, ByteArrayOutputStream err, String input) {
        return new Invocation(console(out, err, input), Map.of());
    }

    private static Console console(ByteArrayOutputStream out, ByteArrayOutputStream err, String input) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new Console(in, out, err);
    }

    private static JsonNode json(Said said) throws IOException {
        return ApiJson.mapper().readTree(said.out());
    }
}
