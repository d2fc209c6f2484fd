package dev.ferry.migration.journal;

/** The disk refused a write or its sync. Whether the entry is durable is unknown: nothing more is written until the engine starts again. */
public final class JournalFailed extends JournalException {
    private static final long serialVersionUID = 1;

    JournalFailed(String directory, Throwable cause) {
        super(
                "the journal in \"%s\" cannot be written: %s; mend the disk and start the engine again"
                        .formatted(directory, cause.getMessage()),
                cause);
    }
}
