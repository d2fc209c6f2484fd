package dev.ferry.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.runtime.linux.Fd;
import dev.ferry.runtime.linux.FileNodes;
import dev.ferry.runtime.linux.OpenFiles;
import dev.ferry.runtime.linux.abi.OpenFlags;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.testing.Feature;
import dev.ferry.testing.LeakChecked;
import dev.ferry.testing.Requires;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
@LeakChecked
@Requires(Feature.ROOT)
class ContainedTreeTest {

    @TempDir
    Path home;

    private Path top;
    private Fd root;
    private ContainedTree tree;

    @BeforeEach
    void open() throws IOException {
        top = Files.createDirectory(home.resolve("top"));
        root = OpenFiles.open(top, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        tree = new ContainedTree(root);
    }

    @AfterEach
    void close() {
        root.close();
    }

    @Test
    void linksEndInside() throws IOException {
        Files.createDirectories(top.resolve("etc"));
        Files.writeString(top.resolve("etc/file"), "inside");
        Files.createSymbolicLink(top.resolve("up"), Path.of("../../../etc/file"));
        Files.createSymbolicLink(top.resolve("absolute"), Path.of("/etc/file"));
        Files.createSymbolicLink(top.resolve("twice"), Path.of("absolute"));
        Files.createSymbolicLink(top.resolve("nowhere"), Path.of("/no/such/thing"));
        Files.createSymbolicLink(top.resolve("loop"), Path.of("loop"));
        assertThat(tree.facts("/up").linkTarget()).isEqualTo("/etc/file");
        assertThat(tree.facts("twice").linkTarget()).isEqualTo("/etc/file");
        assertThat(tree.facts("/nowhere").linkTarget()).isEqualTo("/no/such/thing");
        assertThatThrownBy(() -> tree.facts("/loop")).isInstanceOf(PathRefused.class);
        assertThatThrownBy(() -> tree.facts("/no/such")).isInstanceOf(NoSuchPath.class);
        assertThat(tree.facts("/etc/file").node().size()).isEqualTo(6);
        assertThat(tree.facts("/").name()).isEqualTo("/");
        assertThat(tree.facts("/etc/.").name()).isEqualTo(".");
    }

    @Test
    void modesAreThoseOfGo() throws IOException {
        Path file = Files.createFile(top.resolve("file"));
        FileNodes.changeMode(file, 06755);
        FileNodes.make(top.resolve("device"), FileNodes.S_IFCHR | 0600, 1, 3);
        FileNodes.make(top.resolve("block"), FileNodes.S_IFBLK | 0600, 7, 99);
        FileNodes.make(top.resolve("pipe"), FileNodes.S_IFIFO | 0644, 0, 0);
        Path sticky = Files.createDirectory(top.resolve("sticky"));
        FileNodes.changeMode(sticky, 01777);
        Files.createSymbolicLink(top.resolve("link"), Path.of("file"));
        assertThat(tree.facts("file").goMode()).isEqualTo(0xC00000L | 0755); // ModeSetuid | ModeSetgid
        assertThat(tree.facts("device").goMode()).isEqualTo(0x4200000L | 0600); // ModeDevice | ModeCharDevice
        assertThat(tree.facts("block").goMode()).isEqualTo(0x4000000L | 0600); // ModeDevice
        assertThat(tree.facts("pipe").goMode()).isEqualTo(0x2000000L | 0644); // ModeNamedPipe
        assertThat(tree.facts("sticky").goMode()).isEqualTo(0x80100000L | 0777); // ModeDir | ModeSticky
        assertThat(tree.facts("link").goMode()).isEqualTo(0x8000000L | 0777); // ModeSymlink
    }

    @Test
    void aTarThatIsCutShortLeavesTheOldFile() throws IOException {
        Files.writeString(top.resolve("file"), "x".repeat(200_000));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tree.pack("/file", out);
        Files.writeString(top.resolve("file"), "old");
        byte[] cut = Arrays.copyOf(out.toByteArray(), 100_000);
        assertThatThrownBy(() -> tree.unpack("/", new ByteArrayInputStream(cut), UnpackOptions.PLAIN))
                .isInstanceOf(ArchiveRefused.class);
        assertThat(top.resolve("file")).hasContent("old");
        try (Stream<Path> left = Files.list(top)) {
            assertThat(left).containsExactly(top.resolve("file"));
        }
        tree.unpack("/", new ByteArrayInputStream(out.toByteArray()), UnpackOptions.PLAIN);
        assertThat(Files.size(top.resolve("file"))).isEqualTo(200_000);
    }

    @Test
    void whoWatchesStopsTheWork() throws IOException {
        Files.writeString(top.resolve("file"), "x");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tree.pack("/file", out);
        Files.delete(top.resolve("file"));
        UnpackOptions stopped = new UnpackOptions(false, Optional.empty(), () -> {
            throw new IOException("gone");
        });
        assertThatThrownBy(() -> tree.unpack("/", new ByteArrayInputStream(out.toByteArray()), stopped))
                .hasMessage("gone");
        assertThat(top).isEmptyDirectory();
    }
}
