package dev.ferry.migration.recovery;

/** The last record of the side that the container goes to. Each is durable before what it allows is done. */
public enum TargetState implements MigrationState {
    /** No record: this side has never heard of the migration. */
    NONE,
    /** Room and name are kept; bytes may have come. */
    RESERVED,
    /** Every byte is here and right: the container can be restored from here at any time. */
    VERIFIED,
    /** It was restored and waits; the source may have been told. */
    READY,
    /** This side runs it under the new epoch. */
    OWNED,
    /** It ran here; what was kept for a second restore may go. */
    RUNNING,
    /** This side never runs it under the epoch of this migration. */
    DISCARDED;

    @Override
    public Side side() {
        return Side.TARGET;
    }

    @Override
    public boolean isOver() {
        return Recovery.target(this) == TargetStep.NOTHING;
    }

    @Override
    public boolean claims() {
        return switch (this) {
            case RESERVED, VERIFIED, READY, OWNED -> true;
            case NONE, RUNNING, DISCARDED -> false;
        };
    }
}
