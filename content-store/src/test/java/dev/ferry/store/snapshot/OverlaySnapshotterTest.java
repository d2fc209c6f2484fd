package dev.ferry.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.runtime.linux.ExtendedAttributes;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.archive.ArchiveLimits;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.testing.PowerCut;
import dev.ferry.store.testing.Tars;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class OverlaySnapshotterTest extends SnapshotterContract {
    /** cap_net_raw+ep as the kernel stores it; one byte of it is no UTF-8 text. */
    private static final byte[] CAPABILITY = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0};

    @Override
    protected Snapshotter open(Path directory, ContentStore content) throws IOException {
        return OverlaySnapshotter.open(directory, content);
    }

    @Test
    void everythingATarSaysAboutAFileIsKept() throws Exception {
        Path layer = unpacked(Tars.tar()
                .directory("d/", 01777)
                .owned("d/setuid", 1000, 2000, 04755, "x")
                .extended("mtime", "1234567890.123456789".getBytes(StandardCharsets.UTF_8))
                .file("d/dated", "x")
                .extended("SCHILY.xattr.security.capability", CAPABILITY)
                .file("d/ping", "x")
                .extended("SCHILY.xattr.user.note", new byte[] {(byte) 0xff, 0, 1})
                .file("d/noted", "x")
                .hardlink("d/again", "d/dated")
                .symlink("d/link", "/etc/passwd")
                .device("d/null", '3', 1, 3)
                .device("d/block", '4', 8, 17)
                .fifo("d/pipe")
                .extended("path", "d/naïve ❤".getBytes(StandardCharsets.UTF_8))
                .file("ignored", "x")
                .bytes());
        Node setuid = node(layer.resolve("d/setuid"));
        assertThat(setuid.permissions()).isEqualTo(04755);
        assertThat(setuid.owner()).isEqualTo(1000);
        assertThat(setuid.group()).isEqualTo(2000);
        assertThat(node(layer.resolve("d")).permissions()).isEqualTo(01777);
        assertThat(node(layer.resolve("d")).modified()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(node(layer.resolve("d/dated")).modified()).isEqualTo(Instant.ofEpochSecond(1234567890, 123456789));
        assertThat(node(layer.resolve("d/again")).identity())
                .isEqualTo(node(layer.resolve("d/dated")).identity());
        assertThat(ExtendedAttributes.all(layer.resolve("d/ping")).get("security.capability"))
                .isEqualTo(CAPABILITY);
        assertThat(ExtendedAttributes.all(layer.resolve("d/noted")).get("user.note"))
                .isEqualTo(new byte[] {(byte) 0xff, 0, 1});
        assertThat(Files.readSymbolicLink(layer.resolve("d/link"))).isEqualTo(Path.of("/etc/passwd"));
        Node device = node(layer.resolve("d/null"));
        assertThat(device.isCharacterDevice()).isTrue();
        assertThat(device.deviceMajor()).isEqualTo(1);
        assertThat(device.deviceMinor()).isEqualTo(3);
        assertThat(node(layer.resolve("d/block")).isBlockDevice()).isTrue();
        assertThat(node(layer.resolve("d/block")).deviceMinor()).isEqualTo(17);
        assertThat(node(layer.resolve("d/pipe")).isFifo()).isTrue();
        assertThat(layer.resolve("d/naïve ❤")).hasContent("x");
    }

    @Test
    void deletionsTakeTheKernelsForm() throws Exception {
        Path layer = unpacked(Tars.tar()
                .directory("a/")
                .file("a/.wh.gone", "")
                .directory("b/")
                .file("b/.wh..wh..opq", "")
                .file("b/kept", "x")
                .file(".wh.c", "")
                .directory("c/")
                .directory("d/")
                .file(".wh.d", "")
                .file(".wh..wh.plnk", "")
                .bytes());
        assertThat(node(layer.resolve("a/gone")).isWhiteout()).isTrue();
        assertThat(Overlays.isOpaque(layer.resolve("b"))).isTrue();
        assertThat(layer.resolve("b/kept")).exists();
        assertThat(Overlays.isOpaque(layer.resolve("c"))).isTrue();
        assertThat(Overlays.isOpaque(layer.resolve("d"))).isTrue();
        assertThat(names(layer)).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @Test
    void theKernelShowsWhatTheLayersSay() throws Exception {
        RootFilesystem.Overlay root = snapshots.prepare(
                "one",
                List.of(
                        stored(LOWER),
                        stored(UPPER),
                        stored(Tars.tar()
                                .directory("dir/")
                                .file("dir/.wh..wh..opq", "")
                                .bytes())));
        assertThat(inside(root, "cd merged && find . | sort"))
                .containsExactly(".", "./dir", "./etc", "./etc/keep", "./etc/new");
    }

    @Test
    void deltaOfARealContainerLayerIsTheSameElsewhere() throws Exception {
        List<Digest> layers = List.of(stored(LOWER));
        RootFilesystem.Overlay one = snapshots.prepare("one", layers);
        inside(
                one,
                "cd merged && rm etc/gone && rm -r dir && mkdir dir && echo n > dir/new && echo more >> etc/keep"
                        + " && mkdir -m 1777 t && ln etc/keep etc/same && ln -s /nowhere sym && mknod t/dev c 1 7"
                        + " && mkfifo t/pipe && chown 5:6 t/pipe && touch -h -d @77 sym"
                        + " && : > t/sparse && truncate -s 5M t/sparse && echo é > t/é");
        Path tar = root.resolve("rootfs-diff.tar");
        Path deleted = root.resolve("deleted.files");
        snapshots.writeDelta("one", tar, deleted);
        assertThat(Files.readString(deleted)).isEqualTo("[\"/dir/hidden\",\"/etc/gone\"]");
        RootFilesystem.Overlay two = snapshots.prepare("two", layers);
        snapshots.applyDelta("two", tar, deleted);
        assertThat(portrait(two.upper())).isEqualTo(portrait(one.upper()));
        String list = "cd merged && find . -printf '%p %M %U:%G %s %n %l %T@\\n' | sort";
        assertThat(inside(two, list)).isEqualTo(inside(one, list));
    }

    @Test
    void attributesAreCarriedRaw() throws Exception {
        RootFilesystem.Overlay one = snapshots.prepare("one", List.of());
        Path file = Files.writeString(one.upper().resolve("ping"), "x");
        ExtendedAttributes.set(file, "security.capability", CAPABILITY);
        Path tar = root.resolve("tar");
        Path deleted = root.resolve("deleted");
        snapshots.writeDelta("one", tar, deleted);
        RootFilesystem.Overlay two = snapshots.prepare("two", List.of());
        snapshots.applyDelta("two", tar, deleted);
        assertThat(ExtendedAttributes.all(two.upper().resolve("ping")).get("security.capability"))
                .isEqualTo(CAPABILITY);
    }

    @Test
    void deltaOfOtherToolsFindsItsDirectoriesInTheImage() throws Exception {
        RootFilesystem.Overlay root = snapshots.prepare(
                "one",
                List.of(stored(Tars.tar()
                        .directory("srv/", 02750)
                        .file("srv/old", "x")
                        .symlink("lnk", "srv")
                        .bytes())));
        applied("one", Tars.tar().file("srv/new", "n").bytes(), "[\"/srv/old\",\"/not/there\"]");
        assertThat(node(root.upper().resolve("srv")).permissions()).isEqualTo(02750);
        assertThat(node(root.upper().resolve("srv/old")).isWhiteout()).isTrue();
        assertThat(root.upper().resolve("not")).doesNotExist();
        assertThatExceptionOfType(SnapshotException.DeltaRefused.class)
                .isThrownBy(() -> applied("one", Tars.tar().file("lnk/new", "n").bytes(), "[]"))
                .withMessageContaining("symbolic link in the image");
    }

    @Test
    void hostileDeltasAreRefusedAndChangeNothing() throws Exception {
        RootFilesystem.Overlay root = snapshots.prepare("one", List.of(stored(LOWER)));
        Files.writeString(root.upper().resolve("mine"), "x");
        byte[] good = Tars.tar().file("f", "x").bytes();
        refusedDelta(good, "[\"/../../etc/passwd\"]", "leads out");
        refusedDelta(good, "[\"/\"]", "\"/\" itself");
        refusedDelta(good, "[\"/a\"", "damaged or cut short");
        refusedDelta(good, "{}", "not a JSON array");
        refusedDelta(good, "[{}]", "damaged or cut short");
        refusedDelta(Tars.tar().file("../f", "x").bytes(), "[]", "leads out");
        refusedDelta(Tars.tar().device("f", '3', 0, 0).bytes(), "[]", "deletion in the kernel's own form");
        assertThat(names(root.upper())).containsExactly("mine");
        assertThat(this.root.resolve("snapshots/staging")).isEmptyDirectory();
    }

    @Test
    void deletionsThroughALinkOfTheDeltaStayInside() throws Exception {
        Path victim = Files.createDirectory(root.resolve("victim"));
        Files.writeString(victim.resolve("file"), "x");
        RootFilesystem.Overlay overlay = snapshots.prepare("one", List.of(stored(LOWER)));
        applied("one", Tars.tar().symlink("way", victim.toString()).bytes(), "[\"/way/file\"]");
        assertThat(victim.resolve("file")).exists();
        assertThat(overlay.upper().resolve("way")).isSymbolicLink();
    }

    @Test
    void overlaysOwnAttributesOfStrangersAreDropped() throws Exception {
        RootFilesystem.Overlay root = snapshots.prepare("one", List.of(stored(LOWER)));
        byte[] hostile = Tars.tar()
                .extended("SCHILY.xattr.trusted.overlay.redirect", "/etc".getBytes(StandardCharsets.UTF_8))
                .directory("x/")
                .extended("SCHILY.xattr.trusted.overlay.metacopy", new byte[0])
                .file("y", "y")
                .bytes();
        applied("one", hostile, "[]");
        assertThat(ExtendedAttributes.all(root.upper().resolve("x"))).isEmpty();
        assertThat(ExtendedAttributes.all(root.upper().resolve("y"))).isEmpty();
        Path layer = unpacked(hostile);
        assertThat(ExtendedAttributes.all(layer.resolve("x"))).isEmpty();
        assertThat(ExtendedAttributes.all(layer.resolve("y"))).isEmpty();
    }

    @Test
    void manyLayersAreOneMountOrAClearError() throws Exception {
        List<Digest> layers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            layers.add(stored(Tars.tar().file("f" + i, "x").bytes()));
        }
        RootFilesystem.Overlay root = snapshots.prepare("deep", layers);
        assertThat(inside(root, "ls merged | wc -l")).containsExactly("30");
        for (int i = 30; i < 150; i++) {
            layers.add(stored(Tars.tar().file("f" + i, "x").bytes()));
        }
        assertThatExceptionOfType(SnapshotException.TooManyLayers.class)
                .isThrownBy(() -> snapshots.prepare("deeper", layers))
                .withMessageContaining("150 layers");
    }

    @Test
    void layerThatStandsTwiceIsMountedOnce() throws Exception {
        Digest layer = stored(LOWER);
        RootFilesystem.Overlay root = snapshots.prepare("one", List.of(layer, stored(UPPER), layer));
        assertThat(root.lower()).hasSize(2);
        assertThat(inside(root, "cat merged/etc/gone")).containsExactly("lower gone");
    }

    @Test
    void powerCutAtAnyStepLeavesOldOrNew() throws Exception {
        Digest layer = stored(LOWER);
        Path tar =
                Files.write(root.resolve("tar"), Tars.tar().file("new", "new").bytes());
        Path deleted = Files.writeString(root.resolve("deleted"), "[]");
        boolean finished = false;
        int cuts = 0;
        for (int step = 0; !finished; step++) {
            Path place = root.resolve("cut-" + step);
            PowerCut cut = new PowerCut(step);
            Snapshotter dying = OverlaySnapshotter.open(place, content, ArchiveLimits.DEFAULT, cut);
            try {
                RootFilesystem.Overlay made = dying.prepare("gone", List.of(layer));
                Files.writeString(made.upper().resolve("x"), "x");
                dying.prepare("one", List.of(layer));
                dying.applyDelta("one", tar, deleted);
                dying.remove("gone");
                finished = true;
            } catch (PowerCut.Cut e) {
                cuts++;
            }
            Snapshotter after = OverlaySnapshotter.open(place, content);
            assertThat(place.resolve("staging")).isEmptyDirectory();
            assertThat(after.keys()).isSubsetOf("one", "gone");
            for (String key : after.keys()) {
                RootFilesystem.Overlay found = after.find(key).orElseThrow();
                assertThat(portrait(found.lower().getFirst().toRealPath())).hasSize(6);
                assertThat(names(found.upper())).isIn(List.of(), List.of("new"), List.of("x"));
                assertThat(found.work()).isDirectory();
            }
            after.prepare("one", List.of(layer));
            after.applyDelta("one", tar, deleted);
        }
        assertThat(cuts).isGreaterThanOrEqualTo(14);
    }

    @Test
    void recordTornByAPowerCutIsMadeAgainAndNothingIsLost() throws Exception {
        List<Digest> layers = List.of(stored(LOWER));
        RootFilesystem.Overlay made = snapshots.prepare("one", layers);
        Files.writeString(made.upper().resolve("mine"), "x");
        Path record = root.resolve("snapshots/keys/one/snapshot.json");
        Files.write(record, new byte[0]);
        assertThatExceptionOfType(dev.ferry.store.content.StateDamaged.class)
                .isThrownBy(() -> snapshots.find("one"))
                .withMessageContaining(record.toString());
        assertThatExceptionOfType(dev.ferry.store.content.StateDamaged.class)
                .isThrownBy(() -> snapshots.removeLayers(Set.of()));
        assertThat(snapshots.prepare("one", layers)).isEqualTo(made);
        assertThat(made.upper().resolve("mine")).exists();
        assertThat(snapshots.find("one")).contains(made);
        Files.writeString(record, "{\"version\": 2}");
        assertThatExceptionOfType(dev.ferry.store.content.StateTooNew.class)
                .isThrownBy(() -> snapshots.prepare("one", layers));
    }

    @Test
    void archiveBeyondTheLimitsLeavesNoLayer() throws Exception {
        Snapshotter limited = OverlaySnapshotter.open(
                root.resolve("limited"), content, ArchiveLimits.DEFAULT.withEntries(2), StepListener.NONE);
        Digest layer = stored(LOWER);
        assertThatExceptionOfType(SnapshotException.LayerRefused.class)
                .isThrownBy(() -> limited.unpack(List.of(layer)))
                .withMessageContaining("2 entries");
        assertThat(root.resolve("limited/layers")).isEmptyDirectory();
        assertThat(root.resolve("limited/staging")).isEmptyDirectory();
    }

    private void refusedDelta(byte[] tar, String deleted, String message) {
        assertThatExceptionOfType(SnapshotException.DeltaRefused.class)
                .isThrownBy(() -> applied("one", tar, deleted))
                .withMessageContaining(message);
    }

    private void applied(String key, byte[] tar, String deleted) throws Exception {
        snapshots.applyDelta(
                key, Files.write(root.resolve("tar"), tar), Files.writeString(root.resolve("deleted"), deleted));
    }

    private Path unpacked(byte[] tar) throws Exception {
        Digest digest = stored(tar);
        snapshots.unpack(List.of(digest));
        return root.resolve("snapshots/layers").resolve(digest.hex());
    }

    private static Node node(Path path) throws IOException {
        return Node.of(path).orElseThrow();
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** Everything about the files of a tree that should survive a journey. */
    private static Map<String, String> portrait(Path top) throws IOException {
        Map<String, String> portrait = new TreeMap<>();
        try (Stream<Path> files = Files.walk(top)) {
            for (Path file : files.toList()) {
                Node node = node(file);
                Map<String, String> attributes = new TreeMap<>();
                ExtendedAttributes.all(file).forEach((name, value) -> {
                    if (name.equals(Overlays.OPAQUE) || !Overlays.isInternal(name)) {
                        attributes.put(name, List.of(value).toString());
                    }
                });
                portrait.put(
                        top.relativize(file).toString(),
                        "%o %d:%d %d links=%d %s %s %s"
                                .formatted(
                                        node.mode(),
                                        node.owner(),
                                        node.group(),
                                        node.isFile() ? node.size() : node.device(),
                                        node.isDirectory() ? 0 : node.isWhiteout() ? 1 : node.links(),
                                        node.isWhiteout() ? "" : node.modified(),
                                        attributes.keySet(),
                                        Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                                                ? Digest.sha256(Files.readAllBytes(file))
                                                : ""));
            }
        }
        return portrait;
    }

    /** Runs a script in a mount namespace of its own where the overlay is mounted at {@code ./merged}. */
    private List<String> inside(RootFilesystem.Overlay overlay, String script) throws Exception {
        Path directory = Files.createTempDirectory(root, "mount");
        Files.createDirectory(directory.resolve("merged"));
        ProcessBuilder shell = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "sh",
                        "-ec",
                        "mount -t overlay overlay -o \"$0\" merged; " + script,
                        overlay.options())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        // as we do: fsconfig(2), which newer ones prefer, takes no value of more than 255 bytes
        shell.environment().put("LIBMOUNT_FORCE_MOUNT2", "always");
        Process process = shell.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output.lines().toList();
    }
}
