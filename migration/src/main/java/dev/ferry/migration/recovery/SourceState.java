package dev.ferry.migration.recovery;

/** The last record of the side that the container comes from. Each is durable before what it allows is done. */
public enum SourceState implements MigrationState {
    /** No record: this side has never heard of the migration. */
    NONE,
    /** Something may have been sent; the container runs. */
    OFFERED,
    /** The container may stand still; nobody else may run it. */
    FROZEN,
    /** The target may run it under the next epoch; this side never runs the old one again. */
    HANDED_OVER,
    /** The target runs it; what is kept here may go. */
    RETIRED,
    /** The migration failed; the container runs here as before. */
    ABANDONED,
    /** The target has refused durably; the container runs here under an epoch of its own, from the dump. */
    RECLAIMED;

    @Override
    public Side side() {
        return Side.SOURCE;
    }

    @Override
    public boolean isOver() {
        return Recovery.source(this) == SourceStep.NOTHING;
    }

    @Override
    public boolean claims() {
        return switch (this) {
            case OFFERED, FROZEN, HANDED_OVER, RECLAIMED -> true;
            case NONE, RETIRED, ABANDONED -> false;
        };
    }
}
