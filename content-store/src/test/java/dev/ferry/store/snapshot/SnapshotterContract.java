package dev.ferry.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.Lease;
import dev.ferry.store.testing.Tars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every snapshotter promises. An implementation's test extends it and says how one is opened. */
abstract class SnapshotterContract {
    protected static final byte[] LOWER = Tars.tar()
            .directory("etc/")
            .file("etc/keep", "lower keep")
            .file("etc/gone", "lower gone")
            .directory("dir/")
            .file("dir/hidden", "h")
            .bytes();
    protected static final byte[] UPPER = Tars.tar()
            .directory("etc/")
            .file("etc/.wh.gone", "")
            .file("etc/new", "upper new")
            .bytes();

    @TempDir
    protected Path root;

    protected ContentStore content;
    protected Snapshotter snapshots;

    /** Opens a snapshotter below a directory, again if need be. */
    protected abstract Snapshotter open(Path directory, ContentStore content) throws IOException;

    @BeforeEach
    void openBoth() throws IOException {
        content = ContentStore.open(root.resolve("content"));
        snapshots = open(root.resolve("snapshots"), content);
    }

    @Test
    void preparedKeyHasEmptyWritableLayerAboveTheLayers() throws Exception {
        RootFilesystem.Overlay overlay = snapshots.prepare("one", List.of(stored(LOWER), stored(UPPER)));
        assertThat(overlay.upper()).isEmptyDirectory();
        assertThat(overlay.work()).isEmptyDirectory();
        assertThat(overlay.lower()).hasSize(2);
        assertThat(overlay.lower().getFirst().resolve("etc/new")).hasContent("upper new");
        assertThat(overlay.lower().getLast().resolve("etc/keep")).hasContent("lower keep");
        assertThat(snapshots.keys()).containsExactly("one");
        assertThat(snapshots.size("one")).isZero();
    }

    @Test
    void preparingAgainKeepsWhatWasWritten() throws Exception {
        List<Digest> layers = List.of(stored(LOWER));
        RootFilesystem.Overlay first = snapshots.prepare("one", layers);
        Files.writeString(first.upper().resolve("file"), "12345");
        assertThat(snapshots.prepare("one", layers)).isEqualTo(first);
        assertThat(open(root.resolve("snapshots"), content).find("one")).contains(first);
        assertThat(first.upper().resolve("file")).hasContent("12345");
        assertThat(snapshots.size("one")).isEqualTo(5);
    }

    @Test
    void keyAboveOtherLayersIsInUse() throws Exception {
        snapshots.prepare("one", List.of(stored(LOWER)));
        Digest other = stored(UPPER);
        assertThatExceptionOfType(SnapshotException.KeyInUse.class)
                .isThrownBy(() -> snapshots.prepare("one", List.of(other)))
                .withMessageContaining("\"one\"");
    }

    @Test
    void imageWithoutLayersIsAnEmptyRoot() throws Exception {
        RootFilesystem.Overlay overlay = snapshots.prepare("scratch", List.of());
        assertThat(overlay.lower())
                .singleElement()
                .satisfies(lower -> assertThat(lower).isEmptyDirectory());
    }

    @Test
    void removedKeyIsGoneAndItsLayersStay() throws Exception {
        Digest layer = stored(LOWER);
        RootFilesystem.Overlay overlay = snapshots.prepare("one", List.of(layer));
        Files.writeString(overlay.upper().resolve("file"), "x");
        snapshots.remove("one");
        snapshots.remove("one");
        assertThat(snapshots.keys()).isEmpty();
        assertThat(snapshots.find("one")).isEmpty();
        assertThat(overlay.upper()).doesNotExist();
        assertThat(overlay.lower().getFirst().resolve("etc/keep")).exists();
        assertThatExceptionOfType(SnapshotException.NoSuchSnapshot.class).isThrownBy(() -> snapshots.size("one"));
    }

    @Test
    void layersBelowAKeyOrKeptAreNotRemoved() throws Exception {
        Digest used = stored(LOWER);
        Digest kept = stored(UPPER);
        Digest garbage = stored(Tars.tar().file("x", "y").bytes());
        snapshots.unpack(List.of(used, kept, garbage));
        snapshots.prepare("one", List.of(used));
        assertThat(snapshots.removeLayers(Set.of(kept))).containsExactly(garbage);
        assertThat(snapshots.removeLayers(Set.of())).containsExactly(kept);
        snapshots.remove("one");
        assertThat(snapshots.removeLayers(Set.of())).containsExactly(used);
        // and it comes back from the content store when it is needed again
        assertThat(snapshots.prepare("two", List.of(used)).lower().getFirst().resolve("etc/keep"))
                .exists();
    }

    @Test
    void missingAndDamagedLayersAreTypedErrors() throws Exception {
        Digest missing = Digest.sha256(new byte[] {1});
        assertThatExceptionOfType(dev.ferry.store.content.NoSuchContent.class)
                .isThrownBy(() -> snapshots.prepare("one", List.of(missing)));
        Digest noise = stored(new byte[] {1, 2, 3});
        assertThatExceptionOfType(SnapshotException.LayerRefused.class)
                .isThrownBy(() -> snapshots.prepare("one", List.of(noise)))
                .withMessageContaining(noise.toString());
        assertThat(snapshots.keys()).isEmpty();
    }

    @Test
    void deltaCarriesWrittenFilesToAnotherKey() throws Exception {
        List<Digest> layers = List.of(stored(LOWER), stored(UPPER));
        RootFilesystem.Overlay one = snapshots.prepare("one", layers);
        Files.createDirectories(one.upper().resolve("var/log"));
        Files.writeString(one.upper().resolve("var/log/app"), "line");
        Path tar = root.resolve("rootfs-diff.tar");
        Path deleted = root.resolve("deleted.files");
        snapshots.writeDelta("one", tar, deleted);
        assertThat(deleted).hasContent("[]");
        RootFilesystem.Overlay two = snapshots.prepare("two", layers);
        Files.writeString(two.upper().resolve("before"), "replaced by the delta");
        snapshots.applyDelta("two", tar, deleted);
        assertThat(two.upper().resolve("var/log/app")).hasContent("line");
        assertThat(two.upper().resolve("before")).doesNotExist();
        assertThat(snapshots.size("two")).isEqualTo(4);
    }

    @Test
    void deltaIsUndoneUntilItIsKept() throws Exception {
        List<Digest> layers = List.of(stored(LOWER));
        RootFilesystem.Overlay one = snapshots.prepare("one", layers);
        Path tar = root.resolve("rootfs-diff.tar");
        Path deleted = root.resolve("deleted.files");
        Files.writeString(one.upper().resolve("saved"), "x");
        snapshots.writeDelta("one", tar, deleted);
        Files.writeString(one.upper().resolve("later"), "y");

        snapshots.applyDelta("one", tar, deleted);
        assertThat(one.upper().resolve("later")).doesNotExist();
        snapshots.undoDelta("one");
        snapshots.undoDelta("one");
        assertThat(one.upper().resolve("later")).hasContent("y");

        snapshots.applyDelta("one", tar, deleted);
        snapshots.applyDelta("one", tar, deleted);
        snapshots.undoDelta("one");
        assertThat(one.upper().resolve("later"))
                .as("an undecided delta is undone by the next")
                .hasContent("y");

        snapshots.applyDelta("one", tar, deleted);
        snapshots.keepDelta("one");
        snapshots.undoDelta("one");
        assertThat(one.upper().resolve("later")).doesNotExist();
        assertThat(one.upper().resolve("saved")).hasContent("x");
    }

    protected Digest stored(byte[] tar) throws IOException {
        try (Lease lease = content.lease()) {
            return content.put(lease, tar);
        }
    }
}
