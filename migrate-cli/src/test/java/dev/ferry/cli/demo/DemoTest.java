package dev.ferry.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.rootfs.HostImage;
import dev.ferry.testing.Feature;
import dev.ferry.testing.Requires;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration is its own test: it reports on itself. */
@Tag("kernel")
@Requires({Feature.ROOT, Feature.CRIU, Feature.CGROUPS, Feature.OVERLAYFS})
@Timeout(240)
final class DemoTest {
    @TempDir
    private Path directory;

    @Test
    void jobGoesOnAfterTheDeathOfEverything() throws Exception {
        Invocation invocation = new Invocation(
                new Console(
                        InputStream.nullInputStream(),
                        OutputStream.nullOutputStream(),
                        OutputStream.nullOutputStream()),
                Map.of("PATH", System.getenv().getOrDefault("PATH", "/bin")));
        List<String> engine;
        try {
            engine = EngineProgram.command(invocation);
        } catch (Refusal e) {
            abort("skipped: " + e.getMessage());
            return;
        }
        List<String> story = new ArrayList<>();
        DemoReport report = new Demo(engine, HostImage.programs(invocation), 64, 300, story::add).play();
        assertThat(report.checks())
                .hasSizeGreaterThanOrEqualTo(13)
                .allSatisfy(check -> assertThat(check.fault()).as(check.what()).isEmpty());
        assertThat(report.figures()).isNotEmpty();
        assertThat(story).isNotEmpty();
    }

    @Test
    void engineThatDoesNotStartIsToldWithItsLastWords() throws Exception {
        Path program = Files.writeString(directory.resolve("engine"), "#!/bin/sh\necho no luck today >&2\nexit 1\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Demo demo = new Demo(List.of(program.toString()), List.of(Path.of("/bin")), 64, 300, line -> {});
        assertThat(org.assertj.core.api.Assertions.catchThrowable(demo::play))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("no luck today");
    }
}
