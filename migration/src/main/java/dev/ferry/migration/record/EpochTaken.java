package dev.ferry.migration.record;

/** Epochs of a container only grow, and each belongs to one migration. */
public final class EpochTaken extends RecordRefused {
    private static final long serialVersionUID = 1;

    EpochTaken(MigrationRecord refused, long taken, String by) {
        super(("migration \"%s\" names epoch %d of container \"%s\", but migration \"%s\" has named %d already;"
                        + " take a greater one, in a new migration")
                .formatted(refused.migration(), refused.epoch(), refused.container(), by, taken));
    }
}
