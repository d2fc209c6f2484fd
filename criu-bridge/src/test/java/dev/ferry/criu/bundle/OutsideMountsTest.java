package dev.ferry.criu.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Paths inside a root are followed as a process in it would follow them. */
class OutsideMountsTest {
    @TempDir
    private Path root;

    @Test
    void linksAreFollowedInsideTheRoot() throws IOException {
        Files.createDirectories(root.resolve("usr/lib"));
        Files.createSymbolicLink(root.resolve("lib"), Path.of("usr/lib"));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/usr/lib"));
        Files.createSymbolicLink(root.resolve("usr/lib/up"), Path.of("../../lib/./deep"));
        assertThat(OutsideMounts.resolve(root, "/lib/x")).isEqualTo("/usr/lib/x");
        assertThat(OutsideMounts.resolve(root, "/absolute//x/")).isEqualTo("/usr/lib/x");
        assertThat(OutsideMounts.resolve(root, "/lib/up/x")).isEqualTo("/usr/lib/deep/x");
        assertThat(OutsideMounts.resolve(root, "none/at/all")).isEqualTo("/none/at/all");
        assertThat(OutsideMounts.resolve(root, "/")).isEqualTo("/");
    }

    @Test
    void noneLeadsOut() throws IOException {
        Files.createSymbolicLink(root.resolve("out"), Path.of("../../../../etc"));
        assertThat(OutsideMounts.resolve(root, "/out/passwd")).isEqualTo("/etc/passwd");
        assertThat(OutsideMounts.resolve(root, "/../..")).isEqualTo("/");
        Files.createSymbolicLink(root.resolve("round"), Path.of("round"));
        assertThatThrownBy(() -> OutsideMounts.resolve(root, "/round/x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic links");
    }
}
