package dev.ferry.bench.start;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class StartCommandTest {

    @Test
    void startsContainersAndWritesFiguresAndAPicture(@TempDir Path directory) throws Exception {
        boolean busybox =
                Files.isExecutable(Path.of("/usr/bin/busybox")) || Files.isExecutable(Path.of("/bin/busybox"));
        Assumptions.assumeTrue(busybox, "skipped: no busybox on this host");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        new StartCommand(stream(out), stream(err))
                .run(List.of(
                        "--runtime=floor,ferry,no-such-runtime",
                        "--runs=2",
                        "--warmup=0",
                        "--work=" + directory,
                        "--out=" + directory.resolve("out")));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("no \"no-such-runtime\" on this machine, left out");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("ferry", "to exec'd", "seccomp");
        JsonNode json =
                new ObjectMapper().readTree(directory.resolve("out/start.json").toFile());
        assertThat(json.path("subjects")).hasSize(2);
        JsonNode ferry = json.path("subjects").path(1).path("measures");
        assertThat(ferry.path("executed").path("samples_ms")).hasSize(2);
        assertThat(ferry.path("executed").path("summary_ms").path("p50").asDouble())
                .isPositive();
        assertThat(directory.resolve("out/start.svg")).content().contains("<path");
        assertThat(directory).isDirectoryNotContaining("glob:**/bench-*");
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
