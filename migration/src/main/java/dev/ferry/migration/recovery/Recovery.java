package dev.ferry.migration.recovery;

/**
 * What to do about a migration without a session: after a start of the engine, or when the connection is gone for good.
 *
 * <p>Nobody answers a question before the step of {@link #source(SourceState)} or {@link #target(TargetState)} is done: a source that was
 * handing over has ended its tasks by then.
 */
public final class Recovery {
    private Recovery() {}

    /** From the own last record. */
    public static SourceStep source(SourceState last) {
        return switch (last) {
            case NONE, RETIRED, ABANDONED -> SourceStep.NOTHING;
            case OFFERED, FROZEN -> SourceStep.ABANDON;
            case HANDED_OVER -> SourceStep.END_AND_ASK;
            case RECLAIMED -> SourceStep.RUN;
        };
    }

    /** From the own last record. */
    public static TargetStep target(TargetState last) {
        return switch (last) {
            case NONE, RUNNING, DISCARDED -> TargetStep.NOTHING;
            case RESERVED -> TargetStep.DISCARD;
            case VERIFIED, READY -> TargetStep.ASK;
            case OWNED -> TargetStep.RUN;
        };
    }

    /** For a source in {@link SourceState#HANDED_OVER}, which the target has answered. */
    public static SourceStep answered(TargetState answer) {
        return switch (answer) {
            case OWNED, RUNNING -> SourceStep.RETIRE;
            case READY -> SourceStep.COMMIT_AGAIN;
            // what comes before Ready is no state of a target that was handed something, unless it has come from an old
            // journal
            case NONE, RESERVED, VERIFIED -> SourceStep.IN_DOUBT;
            case DISCARDED -> SourceStep.RECLAIM;
        };
    }

    /** For a target in {@link TargetState#VERIFIED} or {@link TargetState#READY}, which the source has answered. */
    public static TargetStep answered(SourceState answer) {
        return switch (answer) {
            case HANDED_OVER -> TargetStep.OWN;
            // it may still hand over: what counts is that we have refused before it does, and it will hear that
            case NONE, OFFERED, FROZEN, ABANDONED, RECLAIMED -> TargetStep.DISCARD;
            case RETIRED -> TargetStep.IN_DOUBT;
        };
    }
}
