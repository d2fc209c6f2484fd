package dev.ferry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry bench jmh}, as short as can be and without a process of its own. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.OVERLAYFS, Feature.CGROUPS, Feature.BUSYBOX})
class JmhTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... parameters) {
        List<String> words = new java.util.ArrayList<>(List.of("jmh", "-f", "0", "-wi", "0", "-i", "1", "-r", "100ms"));
        words.addAll(List.of(parameters));
        return Main.run(words, stream(out), stream(err));
    }

    @Test
    void tableAndJson() throws Exception {
        Path result = directory.resolve("sub/result.json");
        assertThat(run("-p", "runtime=floor", "-rff", result.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("benchmark +unit +n +min +p50")
                .containsPattern("startToGone.* runtime=floor.* ms/op")
                .contains("written: " + result);
        JsonNode json = new ObjectMapper().readTree(result.toFile());
        assertThat(json.path(0).path("primaryMetric").path("score").asDouble()).isPositive();
    }

    @Test
    void runtimeThatIsNotThereIsAFailure() {
        assertThat(run(
                        "-p",
                        "runtime=nonsense",
                        "-rff",
                        directory.resolve("x.json").toString()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("no \"nonsense\" on this machine")
                .contains("no benchmark ended with a result");
        assertThat(Path.of("/proc/self/mountinfo"))
                .content()
                .doesNotContain("/bench-" + ProcessHandle.current().pid() + "-");
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
