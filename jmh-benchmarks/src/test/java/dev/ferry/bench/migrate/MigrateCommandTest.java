package dev.ferry.bench.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
@LeakChecked
@Requires({
    Feature.ROOT,
    Feature.CRIU,
    Feature.CGROUPS,
    Feature.OVERLAYFS,
    Feature.BUSYBOX,
    Feature.LIBSECCOMP,
    Feature.TWO_HOSTS,
    Feature.RUNC
})
class MigrateCommandTest {

    @Test
    void allMoversAreMeasuredAndNothingOfThemStays(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        new MigrateCommand(stream(out), stream(err))
                .run(List.of("--runs=1", "--mib=4", "--out=" + directory.resolve("out"), "--work=" + directory));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        JsonNode document = new ObjectMapper()
                .readTree(directory.resolve("out/migration.json").toFile());
        assertThat(document.path("series")).hasSize(3).allSatisfy(series -> {
            double blackout = series.path("blackout_ms").path("p50").asDouble();
            double parts = 0;
            for (JsonNode phase : series.path("phases_ms")) {
                parts += phase.path("p50").asDouble();
            }
            // the freeze is no part of it
            parts -= series.path("phases_ms").path("freeze").path("p50").asDouble();
            assertThat(parts).isCloseTo(blackout, org.assertj.core.data.Offset.offset(0.01));
        });
        assertThat(document.path("series").path(0).path("bytes").asLong()).isGreaterThan(4 << 20);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("ferry, 4 MiB / script around runc = ");
        assertThat(directory).isDirectoryNotContaining("glob:**/bench-*");
        assertThat(directory.resolve("out/migration.svg")).isNotEmptyFile();
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
