package dev.ferry.criu.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CheckpointIncompatible;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointDirectoryTest {
    private static final HostFacts HOST = new HostFacts(
            "x86_64", new CpuFacts("AuthenticAMD", 25, 1, List.of("avx", "sse2")), "6.18.1", "4.2.1", "hybrid");

    private CheckpointDirectory directory;

    @BeforeEach
    void make(@TempDir Path temporary) throws IOException {
        directory = CheckpointDirectory.create(temporary.resolve("checkpoints/cp1"));
        byte[] pages = new byte[ChunkSums.CHUNK * 2 + 4097];
        new Random(7).nextBytes(pages);
        Files.write(directory.images().resolve("pages-1.img"), pages);
        Files.writeString(directory.images().resolve("core-1.img"), "core");
        Files.writeString(directory.file(CheckpointDirectory.CONFIG), "{}");
        Files.createFile(directory.file(CheckpointDirectory.ROOTFS_DIFF));
    }

    private Manifest commit() throws IOException, InterruptedException {
        List<FileRecord> records;
        try (ImageFollower follower = ImageFollower.start(directory)) {
            records = follower.finish();
        }
        Manifest manifest = manifest(Manifest.VERSION, records);
        directory.commit(manifest);
        return manifest;
    }

    private static Manifest manifest(int version, List<FileRecord> records) {
        return new Manifest(
                version,
                "2026-01-02T03:04:05Z",
                "c0ffee",
                HOST,
                new Manifest.DumpFacts(Map.of(1, "pipe:[5]"), false, true, Map.of("/data", "data"), false),
                records);
    }

    @Test
    void isACheckpointOnlyOnceCommitted() throws Exception {
        assertThat(directory.isCommitted()).isFalse();
        assertThatThrownBy(directory::manifest)
                .isInstanceOf(CheckpointDamaged.class)
                .hasMessageContaining("is missing");

        Manifest written = commit();

        assertThat(directory.isCommitted()).isTrue();
        assertThat(directory.manifest()).isEqualTo(written);
        directory.verify(written);
    }

    @Test
    void everyFileHasARecord() throws Exception {
        assertThat(commit().files())
                .extracting(FileRecord::name)
                .containsExactly("checkpoint/core-1.img", "checkpoint/pages-1.img", "config.dump", "rootfs-diff.tar");
        FileRecord empty = commit().files().get(3);
        assertThat(empty.size()).isZero();
        assertThat(empty.crc32c()).isEmpty();
    }

    @Test
    void sumsAreTheOnesThatEverybodyComputes() throws Exception {
        Path file = Files.writeString(directory.file(CheckpointDirectory.CONFIG), "123456789");
        try (FileDigester digester = new FileDigester(file)) {
            // the check value of CRC-32C, RFC 3720 appendix B.4 has its polynomial
            assertThat(digester.finish("config.dump").crc32c()).isEqualTo("e3069283");
        }
    }

    @Test
    void growingFileHasTheSameRecordAsAFinishedOne() throws Exception {
        Path pages = directory.images().resolve("pages-2.img");
        byte[] bytes = new byte[ChunkSums.CHUNK + 12345];
        new Random(9).nextBytes(bytes);
        List<FileRecord> records;
        try (ImageFollower follower = ImageFollower.start(directory);
                RandomAccessFile out = new RandomAccessFile(pages.toFile(), "rw")) {
            for (int at = 0; at < bytes.length; at += 100_003) {
                out.write(bytes, at, Math.min(100_003, bytes.length - at));
            }
            records = follower.finish();
        }
        try (FileDigester whole = new FileDigester(pages)) {
            assertThat(records).contains(whole.finish("checkpoint/pages-2.img"));
        }
    }

    @Test
    void oneFlippedBitIsFoundWhereverItIs() throws Exception {
        Manifest manifest = commit();
        Path pages = directory.images().resolve("pages-1.img");
        for (long at : new long[] {0, ChunkSums.CHUNK - 1, ChunkSums.CHUNK, Files.size(pages) - 1}) {
            flip(pages, at);
            assertThatThrownBy(() -> directory.verify(manifest))
                    .isInstanceOf(CheckpointDamaged.class)
                    .hasMessageContaining("\"checkpoint/pages-1.img\" has other bytes than were written");
            flip(pages, at);
        }
        directory.verify(manifest);
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(at);
            int old = out.read();
            out.seek(at);
            out.write(old ^ 0x10);
        }
    }

    @Test
    void shortLongAbsentAndForeignFilesAreFound() throws Exception {
        Manifest manifest = commit();
        Path core = directory.images().resolve("core-1.img");

        Files.writeString(core, "cor");
        assertThatThrownBy(() -> directory.verify(manifest)).hasMessageContaining("has 3 bytes instead of 4");
        Files.delete(core);
        assertThatThrownBy(() -> directory.verify(manifest))
                .hasMessageContaining("\"checkpoint/core-1.img\" is missing");
        Files.createSymbolicLink(core, Path.of("/etc/hostname"));
        assertThatThrownBy(() -> directory.verify(manifest))
                .hasMessageContaining("\"checkpoint/core-1.img\" is missing");
        Files.delete(core);
        Files.writeString(core, "core");
        Files.writeString(directory.images().resolve("extra.img"), "x");
        assertThatThrownBy(() -> directory.verify(manifest))
                .hasMessageContaining("\"checkpoint/extra.img\" is not in the manifest");
    }

    @Test
    void eachByteOfTheManifestCounts() throws Exception {
        commit();
        Path file = directory.file(CheckpointDirectory.MANIFEST);
        for (long at = 0; at < Files.size(file); at += 97) {
            flip(file, at);
            assertThatThrownBy(directory::manifest).isInstanceOf(CheckpointDamaged.class);
            flip(file, at);
        }
        assertThat(directory.manifest().containerId()).isEqualTo("c0ffee");
    }

    @Test
    void newerFormatIsRefusedByNumber() throws Exception {
        directory.commit(manifest(Manifest.VERSION + 1, List.of()));

        assertThatThrownBy(directory::manifest)
                .isInstanceOf(CheckpointIncompatible.class)
                .hasMessageContaining("manifest version is \"2\" in the checkpoint and \"1\" here")
                .hasMessageContaining("restore it with the release of Ferry that made it, or a newer one");
    }

    @Test
    void unknownFieldsOfTheSameFormatAreIgnored() throws Exception {
        String text = new String(manifest(1, List.of()).toBytes(), StandardCharsets.UTF_8);
        assertThat(text).startsWith("{\n  \"self\" : \"sha256:").doesNotContain("totalSize");
    }

    @Test
    void twoCheckpointsOfOneNameAreRefused() {
        assertThatThrownBy(() -> CheckpointDirectory.create(directory.path()))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void memoryIsForTheOwnersEyesOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                .isEqualTo("rwx------");
    }

    @Test
    void deletedCheckpointIsGone() throws Exception {
        commit();
        directory.delete();
        assertThat(directory.path()).doesNotExist();
        directory.delete();
    }

    @Test
    void namesCannotLeaveTheDirectory() {
        for (String name : List.of("/etc/passwd", "../x", "a/../../x", "..", "")) {
            assertThatThrownBy(() -> new FileRecord(name, 0, "")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A verification that cannot be done is no verdict that all is well. */
    @Test
    void sumThatIsNoNumberIsNoVerdict(@TempDir Path place) throws Exception {
        Files.writeString(place.resolve("core.img"), "core");
        var verification = new Verification(place, List.of(new FileRecord("core.img", 4, "zzzzzzzz")));
        assertThatThrownBy(verification::run)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be compared");
    }
}
