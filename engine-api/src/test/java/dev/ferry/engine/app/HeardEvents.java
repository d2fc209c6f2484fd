package dev.ferry.engine.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What {@code docker events} prints while something is done: type and action a line, and the attributes that a format adds. */
final class HeardEvents implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();

    private HeardEvents(Process process) {
        this.process = process;
        Thread.ofVirtual().start(() -> {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.add(line);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Listens at the engine in a house; what happens after this returns is heard. */
    static HeardEvents begin(Path home) throws IOException, InterruptedException {
        HeardEvents events = new HeardEvents(new ProcessBuilder(
                        "docker",
                        "-H",
                        "unix://" + home.resolve("run/ferry.sock"),
                        "events",
                        "--format",
                        "{{.Type}} {{.Action}} {{.Actor.ID}} {{json .Actor.Attributes}}")
                .redirectErrorStream(true)
                .start());
        // the client says nothing when it listens: a name that is given and taken back again and again is heard once it
        // does
        for (int i = 0; events.lines.isEmpty(); i++) {
            Process tag = new ProcessBuilder(
                            "docker",
                            "-H",
                            "unix://" + home.resolve("run/ferry.sock"),
                            "tag",
                            "busybox",
                            "heard:" + (i % 2))
                    .start();
            tag.waitFor();
            if (i > 1000) {
                throw new IOException("docker events hears nothing");
            }
        }
        return events;
    }

    /** Waits for a line that begins so, and answers with all lines so far. */
    String until(String beginning) throws InterruptedException {
        while (true) {
            @Nullable String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (line == null) {
                throw new AssertionError("\"" + beginning + "\" was not heard, but " + heard);
            }
            heard.add(line);
            if (line.startsWith(beginning)) {
                return String.join("\n", heard);
            }
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
