package dev.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Console;
import dev.ferry.runtime.cgroup.CgroupHierarchies;
import dev.ferry.runtime.cgroup.CgroupPath;
import dev.ferry.testing.OwnNames;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** An engine as a process with directories of its own, and the command line at it. */
final class LiveEngine {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Not a TempDir: that one warns of each of the hundreds of links in an image. */
    final Path directory = Files.createTempDirectory("ferry-cli-test-");

    private final String cgroup = "/" + OwnNames.fresh();
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private final List<String> command;
    private final Process[] process = new Process[1];

    /** What one call printed and returned. */
    record Said(int code, String out, String err) {
        JsonNode json() throws IOException {
            return ApiJson.mapper().readTree(out);
        }
    }

    private LiveEngine(String... more) throws IOException {
        environment.put("FERRY_HOST", host());
        try {
            command = new ArrayList<>(EngineProgram.command(
                    new Invocation(console(new ByteArrayOutputStream(), new ByteArrayOutputStream(), ""), Map.of())));
        } catch (Refusal e) {
            Files.delete(directory);
            abort("skipped: " + e.getMessage());
            throw e;
        }
        command.addAll(List.of(
                "--root",
                directory.resolve("root").toString(),
                "--run",
                directory.resolve("run").toString(),
                "--cgroup-parent",
                cgroup,
                "--bridge",
                "none",
                "--host",
                host()));
        command.addAll(List.of(more));
    }

    /** One with these options besides those for its directories. */
    static LiveEngine start(String... more) throws IOException, InterruptedException {
        LiveEngine engine = new LiveEngine(more);
        engine.launch();
        return engine;
    }

    /** The same engine once more, behind one that has ended. */
    void launch() throws IOException, InterruptedException {
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("engine.log").toFile()))
                .start();
        process[0] = started;
        try (EngineClient client = EngineClient.of(EngineAddress.parse(host()))) {
            await("the engine answers", () -> {
                assertThat(started.isAlive()).as("the engine runs").isTrue();
                try {
                    client.system().ping();
                    return true;
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    /** Ends it without a warning. */
    void kill() throws InterruptedException {
        process[0].destroyForcibly().waitFor();
    }

    /** Removes its containers, ends it, and takes its directories away. */
    void end() throws IOException, InterruptedException {
        if (!process[0].isAlive()) {
            launch();
        }
        for (String id : call("ps", "--all", "--quiet").out().lines().toList()) {
            call("rm", "--force", id);
        }
        process[0].destroy();
        assertThat(process[0].waitFor(30, TimeUnit.SECONDS))
                .as("engine ends when asked")
                .isTrue();
        CgroupHierarchies.ofHost().open(new CgroupPath(cgroup)).delete(PATIENCE);
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    String host() {
        return "unix://" + directory.resolve("run/ferry.sock");
    }

    Said call(String... arguments) {
        return callWith("", arguments);
    }

    Said callWith(String input, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = console(out, err, input);
        int code = Main.run(List.of(arguments), console, environment);
        console.flush();
        return new Said(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** What a container has written. */
    List<String> lines(String container) {
        return call("logs", container).out().lines().toList();
    }

    /** Waits until a container has written so many lines. */
    void awaitLines(String container, int count) throws InterruptedException {
        await(count + " lines", () -> lines(container).size() >= count);
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static Console console(ByteArrayOutputStream out, ByteArrayOutputStream err, String input) {
        return new Console(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err);
    }
}
