package dev.ferry.migration.journal;

/** Takes the entries of a journal that is being opened, in order, on the opening thread. */
@FunctionalInterface
public interface Replay {
    /** Takes one. */
    void entry(JournalEntry entry);
}
