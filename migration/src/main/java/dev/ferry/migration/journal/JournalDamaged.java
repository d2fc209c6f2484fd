package dev.ferry.migration.journal;

/** Entries that once were durable are missing, or were written by a newer engine: what they said cannot be guessed. */
public final class JournalDamaged extends JournalException {
    private static final long serialVersionUID = 1;

    JournalDamaged(String file, String cause, String remedy) {
        super("journal \"" + file + "\" " + cause + "; " + remedy, null);
    }
}
