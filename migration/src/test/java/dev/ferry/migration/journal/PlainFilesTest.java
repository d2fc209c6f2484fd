package dev.ferry.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What files can suffer. */
final class PlainFilesTest extends JournalContract {
    @Override
    protected SegmentFormat format() {
        return new PlainFiles();
    }

    private void write(int entries) throws IOException {
        try (MigrationJournal journal = open(entry -> {}, 0)) {
            for (int i = 0; i < entries; i++) {
                journal.append(1, i, "entry " + i);
            }
        }
    }

    /** Cut at every byte: what is whole before the cut comes back, and the journal goes on behind it. */
    @Test
    void tornEndIsNothing() throws Exception {
        write(3);
        Path segment = segments().getFirst();
        byte[] whole = Files.readAllBytes(segment);
        int entry = whole.length / 3;
        for (int length = whole.length - 1; length >= 0; length--) {
            for (Path other : segments()) {
                Files.delete(other);
            }
            byte[] torn = new byte[length];
            System.arraycopy(whole, 0, torn, 0, length);
            Files.write(segment, torn);
            int left = length / entry;
            assertThat(replayed()).as("%d bytes", length).hasSize(left);
            write(1);
            assertThat(replayed()).as("%d bytes and one entry more", length).hasSize(left + 1);
        }
    }

    @Test
    void entryThatWasDurableIsMissed() throws Exception {
        write(3);
        Path segment = segments().getFirst();
        byte[] whole = Files.readAllBytes(segment);
        int entry = whole.length / 3;
        for (int at = 0; at < 2 * entry; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            Files.write(segment, flipped);
            assertThatThrownBy(this::replayed)
                    .as("byte %d", at)
                    .isInstanceOf(JournalDamaged.class)
                    .hasMessageContaining("backup");
        }
    }

    @Test
    void lostSegmentIsMissed() throws Exception {
        write(2);
        write(2);
        write(2);
        Files.delete(segments().get(1));
        assertThatThrownBy(this::replayed)
                .isInstanceOf(JournalDamaged.class)
                .hasMessageContaining("begins with entry 5");
    }

    @Test
    void entryOfANewerFormatIsRefused() throws Exception {
        write(1);
        byte[] newer = EntryCodec.write(replayed().getFirst(), 0);
        newer[4] = 2;
        newer[44] = newer[45] = newer[46] = newer[47] = 0;
        var crc = new CRC32C();
        crc.update(newer);
        ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(44, (int) crc.getValue());
        Files.write(segments().getFirst(), newer);
        assertThatThrownBy(this::replayed).isInstanceOf(JournalDamaged.class).hasMessageContaining("format 2");
    }

    /** Whatever ends a write: its entry is not acknowledged, and nothing is written behind it. */
    @Test
    void writeThatEndsInAnyErrorIsNotAcknowledged() throws Exception {
        SegmentFormat broken = new SegmentFormat() {
            @Override
            public String suffix() {
                return ".journal";
            }

            @Override
            public Segment create(Path path) {
                throw new IllegalStateException("a mistake in a library");
            }

            @Override
            public void read(Path path, SegmentReader reader) {}

            @Override
            public void delete(Path path) {}
        };
        try (MigrationJournal journal = SegmentedJournal.open(broken, directory, entry -> {}, 0)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> journal.append(1, 0, "lost"))
                        .isInstanceOf(JournalFailed.class)
                        .hasMessageContaining("a mistake in a library");
            }
        }
        assertThat(replayed()).isEmpty();
    }
}
