package dev.ferry.runtime.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of process 1, run as a program like any other. */
@Tag("kernel")
@Requires(Feature.BUSYBOX)
@LeakChecked
class SmallInitTest {

    private static final List<String> ENVIRONMENT = List.of("PATH=/nowhere:/usr/bin:/bin", "WORD=here");

    @TempDir
    Path folder;

    private Process start(String... arguments) throws IOException {
        Path file = folder.resolve("init");
        Files.write(file, SmallInit.file(file.toString(), List.of(arguments), ENVIRONMENT));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return new ProcessBuilder(file.toString(), "--")
                .redirectErrorStream(true)
                .start();
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void endsAsItsChildDoes() throws Exception {
        assertThat(run("true")).isZero();
        assertThat(run("sh", "-c", "exit 7")).isEqualTo(7);
        assertThat(run("sh", "-c", "kill -9 $$")).isEqualTo(137);
        assertThat(run("sh", "-c", "kill -15 $$")).isEqualTo(143);
        assertThat(run("no-such-program")).isEqualTo(127);
        assertThat(run("/etc/passwd")).isEqualTo(126);
    }

    @Test
    void givesTheChildItsEnvironmentAndItsDescriptors() throws Exception {
        Process process = start("sh", "-c", "echo $WORD; cat");
        process.getOutputStream().write("through\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("here\nthrough\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void handsSignalsOn() throws Exception {
        Process process = start(
                "sh",
                "-c",
                "trap 'echo term' TERM; trap 'echo usr1; exit 3' USR1; echo ready;" + " while :; do sleep 0.01; done");
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("ready");
            kill("-TERM", process);
            assertThat(out.readLine()).isEqualTo("term");
            kill("-USR1", process);
            assertThat(out.readLine()).isEqualTo("usr1");
            assertThat(process.waitFor()).isEqualTo(3);
        }
    }

    /** Not {@link Process#destroy}, which closes the streams. */
    private static void kill(String signal, Process process) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
