package dev.ferry.migration.journal.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.migration.journal.JournalContract;
import dev.ferry.migration.journal.JournalEntry;
import dev.ferry.migration.journal.MigrationJournal;
import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentFormat;
import dev.ferry.migration.journal.SegmentedJournal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
}
