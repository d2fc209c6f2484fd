package dev.ferry.migration.record;

import dev.ferry.migration.journal.MigrationJournal;
import dev.ferry.migration.journal.Replay;
import java.io.IOException;

/** Opens the journal that a ledger writes to. */
@FunctionalInterface
public interface JournalOpening {
    /** Hands every entry over, then the journal. */
    MigrationJournal open(Replay replay) throws IOException;
}
