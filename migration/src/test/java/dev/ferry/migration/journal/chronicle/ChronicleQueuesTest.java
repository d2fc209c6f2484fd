package dev.ferry.migration.journal.chronicle;

import dev.ferry.migration.journal.JournalContract;
import dev.ferry.migration.journal.SegmentFormat;

final class ChronicleQueuesTest extends JournalContract {
    @Override
    protected SegmentFormat format() {
        return new ChronicleQueues();
    }
}
