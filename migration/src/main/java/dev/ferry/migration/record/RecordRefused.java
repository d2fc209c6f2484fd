package dev.ferry.migration.record;

/** A record that must not be: nothing has been written, and what it would have allowed must not be done. */
public sealed class RecordRefused extends Exception permits TransitionRefused, EpochTaken, JournalTooOld {
    private static final long serialVersionUID = 1;

    RecordRefused(String message) {
        super(message);
    }
}
