package dev.ferry.migration.journal;

import java.io.IOException;

/** Takes the entries of a journal that is being opened, in order, on the opening thread. */
@FunctionalInterface
public interface Replay {
    /** Takes one; throwing ends the opening. */
    void entry(JournalEntry entry) throws IOException;
}
