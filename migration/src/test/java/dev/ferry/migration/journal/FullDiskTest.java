package dev.ferry.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.journal.chronicle.ChronicleQueues;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk of a few MiB, full in mid-journal. */
@Tag("kernel")
final class FullDiskTest {
    private static final int SIZE = 24 << 20;
    private static final String PAYLOAD = "p".repeat(JournalEntry.MAXIMUM_PAYLOAD / 2);

    @TempDir
    Path place;

    private Path disk = Path.of("");

    @BeforeEach
    void mount() throws Exception {
        Path image = place.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        disk = Files.createDirectory(place.resolve("disk"));
        command("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        command("mount", "-o", "loop", image.toString(), disk.toString());
    }

    @AfterEach
    void unmount() throws Exception {
        command("umount", disk.toString());
    }

    private static void command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(words), text).isZero();
    }

    private static SegmentFormat format(String suffix) {
        return AppendingProgram.format(suffix);
    }

    private List<JournalEntry> replayed(String suffix) throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        SegmentedJournal.open(format(suffix), disk.resolve("journal"), entries::add, 0)
                .close();
        return entries;
    }

    /** Appends until it cannot, and returns why; what was acknowledged is what comes back. */
    private JournalException fill(String suffix, long reserve) throws IOException {
        List<Long> acknowledged = new ArrayList<>();
        JournalException end = null;
        MigrationJournal journal = SegmentedJournal.open(format(suffix), disk.resolve("journal"), entry -> {}, reserve);
        while (end == null) {
            try {
                acknowledged.add(journal.append(1, acknowledged.size(), PAYLOAD));
            } catch (JournalException e) {
                end = e;
            }
        }
        if (end instanceof JournalFailed) {
            // nothing is written behind what is not known
            assertThatThrownBy(() -> journal.append(1, 0, "more")).isInstanceOf(JournalFailed.class);
        }
        journal.close();
        List<JournalEntry> back = replayed(suffix);
        assertThat(back)
                .hasSizeBetween(acknowledged.size(), acknowledged.size() + (end instanceof JournalFull ? 0 : 1));
        for (int i = 0; i < back.size(); i++) {
            assertThat(back.get(i).sequence()).isEqualTo(i + 1L);
            assertThat(back.get(i).epoch()).isEqualTo(i);
            assertThat(back.get(i).payload()).isEqualTo(PAYLOAD);
        }
        assertThat(acknowledged).hasSizeGreaterThan(100);
        return end;
    }

    @ParameterizedTest
    @ValueSource(strings = {".journal", ".queue"})
    void reserveIsSeenBeforeAnythingIsWritten(String suffix) throws Exception {
        assertThat(fill(suffix, 4 << 20)).isInstanceOf(JournalFull.class).hasMessageContaining("make room");
    }

    @ParameterizedTest
    @ValueSource(strings = {".journal", ".queue"})
    void fullDiskLosesNothingAcknowledged(String suffix) throws Exception {
        assertThat(fill(suffix, 0)).isInstanceOf(JournalFailed.class);
        try (MigrationJournal journal =
                SegmentedJournal.open(format(suffix), disk.resolve("journal"), entry -> {}, 4 << 20)) {
            assertThatThrownBy(() -> journal.append(1, 0, "x")).isInstanceOf(JournalFull.class);
        }
    }

    /** Others have filled the disk while a queue was open; it is mapped further than there are blocks. */
    @Test
    void mappedMemoryWithoutBlocksIsAFailure() throws Exception {
        MigrationJournal journal =
                SegmentedJournal.open(new ChronicleQueues(), disk.resolve("journal"), entry -> {}, 0);
        journal.append(1, 0, PAYLOAD);
        byte[] block = new byte[64 << 10];
        Path other = disk.resolve("other");
        try (RandomAccessFile file = new RandomAccessFile(other.toFile(), "rw")) {
            for (int length = block.length; length > 0; length /= 4) {
                try {
                    while (true) {
                        file.write(block, 0, length);
                    }
                } catch (IOException e) {
                    // no room for that much: less
                    assertThat(e).hasMessageContaining("No space left");
                }
            }
            file.getFD().sync();
        }
        int acknowledged = 1;
        JournalException failed = null;
        while (failed == null) {
            try {
                journal.append(1, acknowledged, PAYLOAD);
                acknowledged++;
            } catch (JournalException e) {
                failed = e;
            }
        }
        assertThat(failed).isInstanceOf(JournalFailed.class);
        journal.close();
        Files.delete(other);
        // room again: the next engine goes on behind the last whole entry
        List<JournalEntry> back = replayed(".queue");
        assertThat(back)
                .hasSizeBetween(acknowledged, acknowledged + 1)
                .allMatch(entry -> entry.payload().equals(PAYLOAD));
        try (MigrationJournal next =
                SegmentedJournal.open(new ChronicleQueues(), disk.resolve("journal"), entry -> {}, 0)) {
            assertThat(next.append(1, 0, "on")).isEqualTo(back.size() + 1L);
        }
        assertThat(replayed(".queue")).hasSize(back.size() + 1);
    }
}
