package dev.ferry.migration.recovery;

/** What a source does next. */
public enum SourceStep {
    /** The migration is over. */
    NOTHING,
    /** Write {@link SourceState#ABANDONED}, then let the container run on. */
    ABANDON,
    /** End what is left of the container, and ask the target for its last record. */
    END_AND_ASK,
    /** Write {@link SourceState#RETIRED}. */
    RETIRE,
    /** Tell the target once more that it owns the container, and ask again later. */
    COMMIT_AGAIN,
    /** Write {@link SourceState#RECLAIMED}, then restore from the own dump. */
    RECLAIM,
    /** Restore from the own dump, unless it runs. */
    RUN,
    /** The target's record cannot be: show both, run nothing, wait for a user's word. */
    IN_DOUBT
}
