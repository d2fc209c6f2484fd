package dev.ferry.migration.record;

/** The journal does not know of an epoch that a container has come to: it is an old copy, or not the journal of these containers. */
public final class JournalTooOld extends RecordRefused {
    private static final long serialVersionUID = 1;

    JournalTooOld(String container, long recorded, long known) {
        super(
                ("container \"%s\" is at epoch %d, but the journal knows of none above %d: it is an old copy, and who owns the container cannot"
                                + " be told from it; bring back the newest copy of the journal")
                        .formatted(container, recorded, known));
    }
}
