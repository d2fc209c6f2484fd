package dev.ferry.cli.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RootfsPlanTest {
    @TempDir
    private Path directory;

    @Test
    void parentsAreMadeAndComeFirst() {
        RootfsPlan plan = new RootfsPlan().text("a/b/c", "x", 0644).directory("a/b", 0700);
        assertThat(plan.entries().keySet()).containsExactly("a", "a/b", "a/b/c");
        assertThat(plan.entries().get("a/b")).isEqualTo(new RootfsEntry.Directory(0700));
    }

    @Test
    void pathBelowATopLinkGoesWhereTheLinkLeads() {
        RootfsPlan plan = new RootfsPlan()
                .directory("usr/lib64", 0755)
                .link("lib64", "usr/lib64")
                .text("lib64/x", "", 0644);
        assertThat(plan.entries()).containsKey("usr/lib64/x").doesNotContainKey("lib64/x");
        assertThat(plan.has("lib64/x")).isTrue();
    }

    @Test
    void dotsCanNotLeaveTheRoot() {
        assertThat(new RootfsPlan().text("../../etc/x", "", 0644).entries()).containsKey("etc/x");
        assertThatThrownBy(() -> new RootfsPlan().text("a/..", "", 0644)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fileIsNoParent() {
        RootfsPlan plan = new RootfsPlan().text("a", "", 0644);
        assertThatThrownBy(() -> plan.text("a/b", "", 0644)).hasMessageContaining("'a' is no directory");
    }

    @Test
    void tarHoldsEverythingAndBelongsToRoot() throws IOException {
        Path source = Files.writeString(directory.resolve("source"), "content");
        String deep = "d/".repeat(80) + "file";
        RootfsPlan plan = new RootfsPlan()
                .directory("tmp", 01777)
                .copy(source, "bin/tool", 0755)
                .link("bin/link", "/bin/tool")
                .text(deep, "far below", 0600);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RootfsTar.write(plan, out);

        List<String> seen = new ArrayList<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                assertThat(entry.getLongUserId()).isZero();
                if (!entry.getName().startsWith("d/") || entry.isFile()) {
                    seen.add(entry.getName() + " " + Integer.toOctalString(entry.getMode() & 07777) + " "
                            + (entry.isSymbolicLink()
                                    ? entry.getLinkName()
                                    : new String(tar.readAllBytes(), StandardCharsets.UTF_8)));
                }
            }
        }
        assertThat(seen)
                .containsExactly(
                        "bin/ 755 ",
                        "bin/link 777 /bin/tool",
                        "bin/tool 755 content",
                        deep + " 600 far below",
                        "tmp/ 1777 ");
    }
}
