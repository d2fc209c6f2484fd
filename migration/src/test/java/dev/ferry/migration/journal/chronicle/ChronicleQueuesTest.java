package dev.ferry.migration.journal.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.migration.journal.JournalContract;
import dev.ferry.migration.journal.JournalDamaged;
import dev.ferry.migration.journal.JournalEntry;
import dev.ferry.migration.journal.MigrationJournal;
import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentFormat;
import dev.ferry.migration.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What queues can suffer. */
final class ChronicleQueuesTest extends JournalContract {
    @Override
    protected SegmentFormat format() {
        return new ChronicleQueues();
    }

    @Test
    void journalMayChangeItsFormat(@TempDir Path mixed) throws Exception {
        List<SegmentFormat> formats = List.of(new ChronicleQueues(), new PlainFiles());
        List<JournalEntry> entries = new ArrayList<>();
        for (int opening = 0; opening < 4; opening++) {
            entries.clear();
            try (MigrationJournal journal =
                    SegmentedJournal.open(opening % 2 == 0 ? formats : formats.reversed(), mixed, entries::add, 0)) {
                journal.append(1, 0, "opening " + opening);
            }
        }
        assertThat(entries).extracting(JournalEntry::payload).containsExactly("opening 0", "opening 1", "opening 2");
    }

    /** From every place on, the bytes of the last queue's excerpts are zero, as after a crash of the host: a torn end, or known damage; never a wrong entry. */
    @Test
    void lostTailIsNothingOrIsMissed(@TempDir Path place) throws Exception {
        Path whole = place.resolve("whole");
        int entries = 4;
        try (MigrationJournal journal = SegmentedJournal.open(format(), whole, entry -> {}, 0)) {
            for (int i = 1; i <= entries; i++) {
                journal.append(1, i, "entry " + i);
            }
        }
        Path queue = only(whole, "queue");
        Path excerpts = only(queue, "cq4");
        byte[] bytes = Files.readAllBytes(excerpts);
        int first = find(bytes, "FRYJ".getBytes(StandardCharsets.US_ASCII));
        int end = find(bytes, ("entry " + entries).getBytes(StandardCharsets.US_ASCII)) + 7;
        int torn = 0;
        for (int cut = first; cut < end; cut += 5) {
            byte[] left = bytes.clone();
            Arrays.fill(left, cut, end, (byte) 0);
            Files.write(excerpts, left);
            List<JournalEntry> back = new ArrayList<>();
            try {
                SegmentedJournal.open(format(), whole, back::add, 0).close();
                torn++;
            } catch (JournalDamaged e) {
                assertThat(e).as("%d", cut).hasMessageContaining("was durable");
            }
            assertThat(back).as("%d", cut).hasSizeLessThan(entries);
            for (int i = 0; i < back.size(); i++) {
                assertThat(back.get(i).payload()).isEqualTo("entry " + (i + 1));
            }
        }
        assertThat(torn).isPositive();
    }

    /** A queue whose making was cut short holds nothing, and its place is taken by the next. */
    @Test
    void halfMadeQueueIsNothing(@TempDir Path place) throws Exception {
        Path queue = place.resolve("%020d.queue".formatted(1));
        for (List<String> names : List.of(List.<String>of(), List.of("metadata.cq4t"), List.of("20261124HX.cq4"))) {
            Files.createDirectories(queue);
            for (String name : names) {
                Files.write(queue.resolve(name), new byte[0]);
            }
            List<JournalEntry> back = new ArrayList<>();
            try (MigrationJournal journal = SegmentedJournal.open(format(), place, back::add, 0)) {
                assertThat(back).as("%s", names).isEmpty();
                assertThat(journal.append(1, 0, "first")).isEqualTo(1);
            }
            new ChronicleQueues().delete(queue);
        }
    }

    private static Path only(Path directory, String end) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith("." + end))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static int find(byte[] bytes, byte[] wanted) {
        for (int at = 0; at <= bytes.length - wanted.length; at++) {
            if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new AssertionError("not there");
    }
}
