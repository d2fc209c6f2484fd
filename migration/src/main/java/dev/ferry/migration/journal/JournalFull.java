package dev.ferry.migration.journal;

/** Too little room on the disk to begin anything. Entries that are there stay readable, and later ones may be tried. */
public final class JournalFull extends JournalException {
    private static final long serialVersionUID = 1;

    JournalFull(String directory, long usable, long needed) {
        super(
                "the journal's disk has %d bytes left and %d are kept in reserve; make room below \"%s\""
                        .formatted(usable, needed, directory),
                null);
    }
}
