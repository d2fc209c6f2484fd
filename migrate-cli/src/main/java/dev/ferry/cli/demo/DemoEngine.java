package dev.ferry.cli.demo;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.EngineAddress;
import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** An engine of the demonstration's own, as a process. */
final class DemoEngine implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LAST_LINES = 12;

    private final Process process;
    private final EngineClient client;
    private final Path log;

    private DemoEngine(Process process, EngineClient client, Path log) {
        this.process = process;
        this.client = client;
        this.log = log;
    }

    /**
     * Starts one and waits until it answers.
     *
     * @param program the start of its command line
     */
    static DemoEngine start(List<String> program, DemoPlace place) throws IOException, InterruptedException {
        Path socket = place.run().resolve("ferry.sock");
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(
                "--root", place.root().toString(), "--run", place.run().toString(), "--host", "unix://" + socket));
        Path log = place.engineLog();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        // an engine waits for nobody's input
        process.getOutputStream().close();
        DemoEngine engine = new DemoEngine(process, EngineClient.of(new EngineAddress.Unix(socket)), log);
        engine.awaitReady();
        return engine;
    }

    EngineClient client() {
        return client;
    }

    long pid() {
        return process.pid();
    }

    /** Asks it to end; kills it when it does not. Also done by an interrupted thread. */
    @Override
    public void close() throws IOException {
        client.close();
        process.destroy();
        boolean interrupted = Thread.interrupted();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                client.system().ping();
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    close();
                    throw new Refusal("the engine did not start; its last words:\n" + lastWords(), e);
                }
            }
            Thread.sleep(50);
        }
    }

    /** The end of its output. */
    String lastWords() throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()).stream()
                .collect(Collectors.joining("\n"));
    }
}
