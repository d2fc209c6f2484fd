package dev.ferry.store.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ferry.store.testing.PowerCut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
    private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.UTF_8);
    private static final Digest DIGEST = Digest.sha256(BYTES);

    @TempDir
    Path root;

    @Test
    void committedBlobIsReadBackAndCannotBeWritten() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease lease = store.lease()) {
            assertThat(store.put(lease, BYTES)).isEqualTo(DIGEST);
        }
        assertThat(store.contains(DIGEST)).isTrue();
        assertThat(store.size(DIGEST)).isEqualTo(BYTES.length);
        assertThat(store.readSmall(DIGEST, 100)).isEqualTo(BYTES);
        assertThat(store.list()).containsExactly(DIGEST);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(blob(DIGEST))))
                .isEqualTo("r--r--r--");
        assertThat(root.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void wrongBytesAreNotStored() throws IOException {
        ContentStore store = ContentStore.open(root);
        Digest expected = Digest.sha256(new byte[0]);
        try (Lease lease = store.lease();
                Ingest ingest = store.ingest(lease)) {
            ingest.write(BYTES);
            assertThatExceptionOfType(DigestMismatch.class)
                    .isThrownBy(() -> ingest.commit(expected))
                    .satisfies(e -> assertThat(e.actual()).isEqualTo(DIGEST));
        }
        assertThat(store.list()).isEmpty();
        assertThat(root.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void abandonedIngestLeavesNothing() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease lease = store.lease();
                Ingest ingest = store.ingest(lease)) {
            ingest.write(BYTES);
        }
        assertThat(store.list()).isEmpty();
        assertThat(root.resolve("ingest")).isEmptyDirectory();
    }

    @Test
    void missingBlobIsNamedInTheError() throws IOException {
        ContentStore store = ContentStore.open(root);
        assertThatExceptionOfType(NoSuchContent.class)
                .isThrownBy(() -> store.read(DIGEST))
                .withMessageContaining(DIGEST.toString());
        assertThatExceptionOfType(NoSuchContent.class)
                .isThrownBy(() -> store.open(DIGEST))
                .withMessageContaining(DIGEST.toString());
    }

    @Test
    void openBlobIsReadFromAnyPlaceAndNotWritten() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease lease = store.lease()) {
            store.put(lease, BYTES);
            try (FileChannel blob = store.open(DIGEST)) {
                ByteBuffer end = ByteBuffer.allocate(BYTES.length);
                assertThat(blob.read(end, 1)).isEqualTo(BYTES.length - 1);
                assertThat(end.array()[0]).isEqualTo(BYTES[1]);
                assertThatExceptionOfType(NonWritableChannelException.class)
                        .isThrownBy(() -> blob.write(ByteBuffer.wrap(BYTES)));
            }
        }
    }

    @Test
    void sameBytesTwiceAreOneBlobWithTheSameInode() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease lease = store.lease()) {
            store.put(lease, BYTES);
            Object inode = Files.getAttribute(blob(DIGEST), "unix:ino");
            store.put(lease, BYTES);
            assertThat(Files.getAttribute(blob(DIGEST), "unix:ino")).isEqualTo(inode);
        }
        assertThat(store.list()).containsExactly(DIGEST);
    }

    @Test
    void fsckFindsChangedBytesAndChangesNothing() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease lease = store.lease()) {
            store.put(lease, BYTES);
            store.put(lease, new byte[5]);
        }
        assertThat(store.fsck()).isEmpty();
        Files.setPosixFilePermissions(blob(DIGEST), PosixFilePermissions.fromString("rw-------"));
        Files.write(blob(DIGEST), "other bytes".getBytes(StandardCharsets.UTF_8));
        assertThat(store.fsck()).singleElement().satisfies(damage -> {
            assertThat(damage.digest()).isEqualTo(DIGEST);
            assertThat(damage.actual()).isNotEqualTo(DIGEST);
        });
        assertThat(store.list()).hasSize(2);
    }

    @Test
    void collectionKeepsWhatIsReferredToOrLeased() throws IOException {
        ContentStore store = ContentStore.open(root);
        Digest referred;
        Digest leased;
        Digest garbage;
        try (Lease ended = store.lease()) {
            referred = store.put(ended, new byte[] {1});
            garbage = store.put(ended, new byte[] {2});
        }
        try (Lease lease = store.lease()) {
            leased = store.put(lease, new byte[] {3});
            assertThat(store.collect(() -> Set.of(referred))).containsExactly(garbage);
            assertThat(store.list()).containsExactlyInAnyOrder(referred, leased);
        }
        assertThat(store.collect(() -> Set.of(referred))).containsExactly(leased);
    }

    @Test
    void blobWhoseReferenceIsWrittenDuringACollectionSurvives() throws IOException {
        ContentStore store = ContentStore.open(root);
        Lease lease = store.lease();
        Digest digest = store.put(lease, BYTES);
        // The collection asks for references just before the reference is written and the lease closed.
        assertThat(store.collect(() -> {
                    lease.close();
                    return Set.of();
                }))
                .isEmpty();
        assertThat(store.contains(digest)).isTrue();
    }

    @Test
    void holdTellsWhetherTheBlobIsThereAndKeepsIt() throws IOException {
        ContentStore store = ContentStore.open(root);
        try (Lease writing = store.lease()) {
            store.put(writing, BYTES);
        }
        try (Lease lease = store.lease()) {
            assertThat(lease.hold(DIGEST)).isTrue();
            assertThat(lease.hold(Digest.sha256(new byte[] {9}))).isFalse();
            assertThat(store.collect(Set::of)).isEmpty();
        }
        assertThat(store.collect(Set::of)).containsExactly(DIGEST);
    }

    @Test
    void powerCutAtAnyStepLeavesNoBlobOrAWholeOne() throws IOException {
        boolean finished = false;
        int cuts = 0;
        for (int step = 0; !finished; step++) {
            Path place = root.resolve("cut-" + step);
            PowerCut cut = new PowerCut(step);
            ContentStore store = ContentStore.open(place, cut);
            try (Lease lease = store.lease()) {
                store.put(lease, BYTES);
                finished = true;
            } catch (PowerCut.Cut e) {
                cuts++;
            }
            ContentStore after = ContentStore.open(place);
            assertThat(after.fsck()).isEmpty();
            assertThat(after.list()).isSubsetOf(DIGEST);
            assertThat(place.resolve("ingest")).isEmptyDirectory();
            if (finished) {
                assertThat(after.list()).containsExactly(DIGEST);
            }
        }
        assertThat(cuts).isGreaterThanOrEqualTo(4);
    }

    private Path blob(Digest digest) {
        return root.resolve("blobs/sha256").resolve(digest.hex());
    }
}
