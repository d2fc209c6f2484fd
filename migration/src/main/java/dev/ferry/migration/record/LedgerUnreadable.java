package dev.ferry.migration.record;

import dev.ferry.migration.journal.JournalEntry;
import java.io.IOException;

/** The bytes of an entry are whole, but this engine does not know what they mean. */
public final class LedgerUnreadable extends IOException {
    private static final long serialVersionUID = 1;

    private LedgerUnreadable(String message) {
        super(message);
    }

    static LedgerUnreadable ofANewerEngine(JournalEntry entry, int type) {
        return of(entry, "is of kind " + type + ", which this engine does not know");
    }

    static LedgerUnreadable of(JournalEntry entry, String cause) {
        return new LedgerUnreadable(
                "entry %d of the journal %s; start the engine that wrote it".formatted(entry.sequence(), cause));
    }
}
