package dev.ferry.criu.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.CheckpointDamaged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IncomingCheckpointTest {
    private static final String PAGES = "checkpoint/pages-1.img";

    @TempDir
    Path home;

    private CheckpointDirectory sent;
    private Manifest manifest;
    private String text;

    @BeforeEach
    void makeOneToSend() throws Exception {
        sent = CheckpointDirectory.create(home.resolve("sent"));
        byte[] pages = new byte[ChunkSums.CHUNK + 4097];
        new Random(7).nextBytes(pages);
        Files.write(sent.file(PAGES), pages);
        Files.writeString(sent.file("checkpoint/core-1.img"), "core");
        Files.writeString(sent.file(CheckpointDirectory.CONFIG), "{}");
        Files.createFile(sent.file(CheckpointDirectory.ROOTFS_DIFF));
        List<FileRecord> records;
        try (ImageFollower follower = ImageFollower.start(sent)) {
            records = follower.finish();
        }
        HostFacts host = new HostFacts(
                "x86_64", new CpuFacts("AuthenticAMD", 25, 1, List.of("avx")), "6.18.1", "4.2.1", "hybrid");
        manifest = new Manifest(
                Manifest.VERSION,
                "2026-01-02T03:04:05Z",
                "c0ffee",
                host,
                new Manifest.DumpFacts(Map.of(), false, true, Map.of(), false),
                records);
        sent.commit(manifest);
        text = Files.readString(sent.file(CheckpointDirectory.MANIFEST), StandardCharsets.UTF_8);
    }

    /** Everything but that file, in pieces. */
    private void send(IncomingCheckpoint incoming, String without) throws Exception {
        for (FileRecord file : manifest.files()) {
            byte[] bytes = Files.readAllBytes(sent.file(file.name()));
            for (int at = 0; at < bytes.length && !file.name().equals(without); at += 300_000) {
                incoming.write(file.name(), at, ByteBuffer.wrap(bytes, at, Math.min(300_000, bytes.length - at)));
            }
        }
    }

    @Test
    void whatHasComeIsTheSameCheckpoint() throws Exception {
        Path there = home.resolve("there");
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(there)) {
            send(incoming, "");
            assertThat(incoming.size(PAGES)).isEqualTo(ChunkSums.CHUNK + 4097);
            assertThat(incoming.sizes()).containsEntry("checkpoint/core-1.img", 4L);
            assertThat(CheckpointDirectory.of(there).isCommitted()).isFalse();
            assertThat(incoming.complete(text)).isEqualTo(manifest);
        }
        CheckpointDirectory come = CheckpointDirectory.of(there);
        come.verify(come.manifest());
        assertThat(come.manifest()).isEqualTo(manifest);
        // no byte of an empty file can come
        assertThat(come.file(CheckpointDirectory.ROOTFS_DIFF)).isEmptyFile();
        assertThatThrownBy(() -> CheckpointDirectory.receive(there)).isInstanceOf(FileAlreadyExistsException.class);
    }

    private void assertDamaged(IncomingCheckpoint incoming, String... words) {
        assertThatThrownBy(() -> incoming.complete(text))
                .isInstanceOf(CheckpointDamaged.class)
                .message()
                .contains(words);
    }

    @Test
    void missingShortWrongAndUnknownFilesAreNamed() throws Exception {
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("missing"))) {
            send(incoming, PAGES);
            assertDamaged(incoming, PAGES, "came with 0 bytes");
        }
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("short"))) {
            send(incoming, "checkpoint/core-1.img");
            incoming.write("checkpoint/core-1.img", 0, bytes("cor"));
            assertDamaged(incoming, "core-1.img", "came with 3 bytes instead of 4");
        }
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("wrong"))) {
            send(incoming, "checkpoint/core-1.img");
            incoming.write("checkpoint/core-1.img", 0, bytes("cure"));
            assertDamaged(incoming, "core-1.img", "other bytes than were sent");
        }
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("unknown"))) {
            send(incoming, "");
            incoming.write("checkpoint/more.img", 0, bytes("more"));
            assertDamaged(incoming, "more.img", "is not in the manifest");
        }
        for (String name : List.of("missing", "short", "wrong", "unknown")) {
            assertThat(CheckpointDirectory.of(home.resolve(name)).isCommitted()).isFalse();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void namesLeadNowhereElse() throws Exception {
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("there"))) {
            for (String name : List.of(
                    "../escape",
                    "/escape",
                    "checkpoint/../escape",
                    "checkpoint/.hidden",
                    "checkpoint/",
                    "checkpoint/a/b",
                    "checkpoint",
                    "manifest.json",
                    "")) {
                assertThatThrownBy(() -> incoming.write(name, 0, bytes("x")))
                        .isInstanceOf(CheckpointDamaged.class)
                        .hasMessageContaining("is no name that a file of a checkpoint has");
            }
        }
        assertThat(home.resolve("escape")).doesNotExist();
        assertThat(home.resolve("there/checkpoint")).isEmptyDirectory();
    }

    @Test
    void nameThatIsTooLongAndFileThatIsThereAlreadyAreRefused() throws Exception {
        Path victim = home.resolve("victim");
        Path there = home.resolve("there");
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(there)) {
            assertThatThrownBy(() -> incoming.write("checkpoint/" + "x".repeat(202), 0, bytes("x")))
                    .isInstanceOf(CheckpointDamaged.class)
                    .hasMessageContaining("is no name");
            Files.createSymbolicLink(there.resolve("checkpoint/core-1.img"), victim);
            assertThatThrownBy(() -> incoming.write("checkpoint/core-1.img", 0, bytes("core")))
                    .isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(victim).doesNotExist();
    }

    @Test
    void fileThatIsLongerThanItsRecordIsNamed() throws Exception {
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("long"))) {
            send(incoming, "");
            incoming.write("checkpoint/core-1.img", 4, bytes("x"));
            assertDamaged(incoming, "core-1.img", "came with 5 bytes instead of 4");
        }
    }

    @Test
    void manifestThatCannotBeReadIsRefused() throws Exception {
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("there"))) {
            send(incoming, "");
            for (String bad : List.of("", "{", "[]", text.replace("c0ffee", "c0ffed"))) {
                assertThatThrownBy(() -> incoming.complete(bad))
                        .isInstanceOf(CheckpointDamaged.class)
                        .hasMessageContaining("manifest.json");
            }
        }
        assertThat(CheckpointDirectory.of(home.resolve("there")).isCommitted()).isFalse();
    }

    @Test
    void bytesOutOfOrderAreRefused() throws Exception {
        try (IncomingCheckpoint incoming = CheckpointDirectory.receive(home.resolve("there"))) {
            incoming.write(PAGES, 0, bytes("page"));
            for (long offset : List.of(0L, 3L, 5L)) {
                assertThatThrownBy(() -> incoming.write(PAGES, offset, bytes("page")))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("goes on at " + offset + ", 4 bytes are here");
            }
            assertThat(incoming.size(PAGES)).isEqualTo(4);
        }
    }
}
