package dev.ferry.bench.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.runtime.linux.Mounts;
import dev.ferry.runtime.mount.MountTable;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
@LeakChecked
@Requires({Feature.ROOT, Feature.CGROUPS})
class LeftoversTest {
    @TempDir
    Path directory;

    /** Another process makes a place and is killed. */
    public static final class Owner {
        private Owner() {}

        public static void main(String[] words) throws Exception {
            Path place = BenchPlace.make(Optional.of(Path.of(words[0]))).path();
            Path mounted = Files.createDirectory(place.resolve("mounted"));
            Mounts.mount("tmpfs", mounted, "tmpfs", 0, "");
            Files.writeString(mounted.resolve("file"), "");
            System.out.println(place);
            Thread.sleep(60_000);
        }
    }

    @Test
    void placeOfAKilledBenchmarkGoesAtTheNextStartAndOneInUseStays() throws Exception {
        Process owner = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = owner.inputReader(StandardCharsets.UTF_8)) {
            Path place = Path.of(lines.readLine());
            try (BenchPlace second = BenchPlace.make(Optional.of(directory))) {
                assertThat(place.resolve("mounted/file")).as("its owner lives").exists();
                assertThat(second.path()).exists();
            }
            owner.destroyForcibly();
            assertThat(owner.waitFor(60, TimeUnit.SECONDS)).isTrue();
            try (BenchPlace third = BenchPlace.make(Optional.of(directory))) {
                assertThat(place).doesNotExist();
                try (BenchPlace fourth = BenchPlace.make(Optional.of(directory))) {
                    assertThat(third.path()).as("of this process too").exists().isNotEqualTo(fourth.path());
                }
            }
            assertThat(MountTable.ofSelf().below(directory)).isEmpty();
            assertThat(directory).isEmptyDirectory();
        } finally {
            owner.destroyForcibly();
        }
    }
}
