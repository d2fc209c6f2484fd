package dev.ferry.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.archive.ArchiveRefused;
import dev.ferry.store.archive.TarSource;
import dev.ferry.store.testing.Tars;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tars that try to write, delete or link outside the directory they are unpacked into. */
@Tag("kernel")
class HostileLayerTest {
    @TempDir
    Path root;

    private Path target;
    private Path victim;

    @BeforeEach
    void build() throws IOException {
        target = Files.createDirectories(root.resolve("a/target"));
        victim = Files.createDirectory(root.resolve("victim"));
        Files.writeString(victim.resolve("file"), "untouched");
    }

    @Test
    void namesThatLeadUpAreRefused() {
        refused(Tars.tar().file("../../victim/new", "x"), "leads out");
        refused(Tars.tar().file("d/../../x", "x"), "leads out");
        refused(Tars.tar().directory(".."), "leads out");
        refused(Tars.tar().symlink("../l", "x"), "leads out");
        refused(Tars.tar().fifo("../../p"), "leads out");
        refused(Tars.tar().file("../.wh.file", ""), "leads out");
    }

    @Test
    void absoluteNamesStayInside() throws IOException {
        unpack(Tars.tar().file(victim + "/new", "x").file("/top", "y"));
        assertThat(target.resolve("top")).hasContent("y");
        assertThat(victim.resolve("new")).doesNotExist();
    }

    @Test
    void filesWrittenThroughLinksStayInside() throws IOException {
        unpack(Tars.tar()
                .symlink("absolute", victim.toString())
                .file("absolute/new", "x")
                .symlink("relative", "../../victim")
                .file("relative/new", "x")
                .symlink("one", "..")
                .symlink("two", "one/..")
                .file("two/victim2/new", "x"));
        assertThat(victim).isDirectoryNotContaining("glob:**new");
        assertThat(target.resolve("victim2/new")).hasContent("x");
        assertThat(root.resolve("victim2")).doesNotExist();
    }

    @Test
    void fileReplacesALinkInsteadOfWritingThroughIt() throws IOException {
        unpack(Tars.tar().symlink("l", victim.resolve("file").toString()).file("l", "mine"));
        assertThat(victim.resolve("file")).hasContent("untouched");
        assertThat(target.resolve("l")).isRegularFile().hasContent("mine");
    }

    @Test
    void directoryReplacesALinkInsteadOfGoingThroughIt() throws IOException {
        unpack(Tars.tar().symlink("d", victim.toString()).directory("d/", 0700).file("d/f", "x"));
        assertThat(target.resolve("d")).isDirectory();
        assertThat(Files.isSymbolicLink(target.resolve("d"))).isFalse();
        assertThat(victim).isDirectoryNotContaining("glob:**/f");
        assertThat(Node.of(victim).orElseThrow().permissions()).isNotEqualTo(0700);
    }

    @Test
    void linkThatReplacesADirectoryIsSeenByLaterEntries() throws IOException {
        unpack(Tars.tar()
                .directory("d/")
                .file("d/first", "1")
                .symlink("d", victim.toString())
                .file("d/second", "2"));
        assertThat(victim.resolve("second")).doesNotExist();
        assertThat(target.resolve("d")).isSymbolicLink();
    }

    @Test
    void hardLinksReachOnlyFilesOfTheArchive() throws IOException {
        refused(Tars.tar().hardlink("h", victim.resolve("file").toString()), "not a file of the archive");
        refused(Tars.tar().hardlink("h", "../../victim/file"), "leads out");
        refused(Tars.tar().symlink("l", victim.toString()).hardlink("h", "l/file"), "not a file of the archive");
        refused(Tars.tar().directory("d/").hardlink("h", "d"), "not a file of the archive");
        assertThat(Node.of(victim.resolve("file")).orElseThrow().links()).isEqualTo(1);
    }

    @Test
    void hardLinkToALinkLinksTheLink() throws IOException {
        unpack(Tars.tar()
                .symlink("l", victim.resolve("file").toString())
                .hardlink("h", "l")
                .file("h", "mine"));
        assertThat(victim.resolve("file")).hasContent("untouched");
    }

    @Test
    void hardLinkToItselfLosesNothing() throws IOException {
        unpack(Tars.tar().file("f", "x").hardlink("f", "f"));
        assertThat(target.resolve("f")).hasContent("x");
    }

    @Test
    void whiteoutsDeleteNothingOutside() throws IOException {
        unpack(Tars.tar().symlink("l", victim.toString()).file("l/.wh.file", "").file("l/.wh..wh..opq", ""));
        assertThat(victim.resolve("file")).exists();
        assertThat(Overlays.isOpaque(victim)).isFalse();
        refused(Tars.tar().file("d/.wh...", ""), "names no file");
        refused(Tars.tar().file("d/.wh..", ""), "names no file");
        refused(Tars.tar().file("d/.wh.", ""), "names no file");
    }

    @Test
    void chainsOfLinksEnd() {
        refused(Tars.tar().symlink("a", "b").symlink("b", "a").file("a/x", "x"), "too many symbolic links");
    }

    @Test
    void fileIsNoDirectory() {
        refused(Tars.tar().file("f", "x").file("f/g", "y"), "not a directory");
        refused(Tars.tar().file(".", "x"), "top of the archive is not a directory");
    }

    @Test
    void sparseFilesCostNoDisk() throws IOException {
        unpack(Tars.tar().file("zeros", new byte[8 << 20]));
        assertThat(target.resolve("zeros")).hasSize(8 << 20);
        Process du = new ProcessBuilder("du", "-k", target.resolve("zeros").toString()).start();
        assertThat(new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .matches("(?s)\\d{1,3}\\s.*");
    }

    private void refused(Tars tar, String message) {
        assertThatExceptionOfType(ArchiveRefused.class)
                .isThrownBy(() -> unpack(tar))
                .withMessageContaining(message);
    }

    private void unpack(Tars tar) throws IOException {
        try (TarSource source = TarSource.open(new ByteArrayInputStream(tar.bytes()), ArchiveLimits.DEFAULT)) {
            new Unpacking(new RootedTree(target, Unpacking::plainDirectory), Unpacking.Deletions.WHITEOUT_FILES)
                    .unpack(source);
        }
    }
}
