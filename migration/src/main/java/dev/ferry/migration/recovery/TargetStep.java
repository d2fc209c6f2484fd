package dev.ferry.migration.recovery;

/** What a target does next. */
public enum TargetStep {
    /** The migration is over. */
    NOTHING,
    /** Write {@link TargetState#DISCARDED}, then delete what came. */
    DISCARD,
    /** Ask the source for its last record; run nothing meanwhile. */
    ASK,
    /** Write {@link TargetState#OWNED}, then run it. */
    OWN,
    /** Run it, unless it does. */
    RUN,
    /** The source's record cannot be: show both, run nothing, wait for a user's word. */
    IN_DOUBT
}
