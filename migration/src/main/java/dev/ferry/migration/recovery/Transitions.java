package dev.ferry.migration.recovery;

import java.util.Set;

/** Which record may follow which on one side of a migration; all others are a mistake or a lie. None follows itself. */
public final class Transitions {
    private Transitions() {}

    /** What may be written by a source whose last record is this one. */
    public static Set<SourceState> after(SourceState last) {
        return switch (last) {
            case NONE -> Set.of(SourceState.OFFERED);
            case OFFERED -> Set.of(SourceState.FROZEN, SourceState.ABANDONED);
            case FROZEN -> Set.of(SourceState.HANDED_OVER, SourceState.ABANDONED);
            case HANDED_OVER -> Set.of(SourceState.RETIRED, SourceState.RECLAIMED);
            // it runs here again: over
            case RECLAIMED -> Set.of(SourceState.ABANDONED);
            case RETIRED, ABANDONED -> Set.of();
        };
    }

    /** What may be written by a target whose last record is this one. */
    public static Set<TargetState> after(TargetState last) {
        return switch (last) {
            // a refusal at once is a record too: whoever asks later is told
            case NONE -> Set.of(TargetState.RESERVED, TargetState.DISCARDED);
            case RESERVED -> Set.of(TargetState.VERIFIED, TargetState.DISCARDED);
            // owned without being ready: after a crash, from the files
            case VERIFIED -> Set.of(TargetState.READY, TargetState.OWNED, TargetState.DISCARDED);
            case READY -> Set.of(TargetState.OWNED, TargetState.DISCARDED);
            case OWNED -> Set.of(TargetState.RUNNING);
            case RUNNING, DISCARDED -> Set.of();
        };
    }

    /** Whether one may follow the other. */
    public static boolean allow(MigrationState last, MigrationState next) {
        return switch (last) {
            case SourceState source ->
                next instanceof SourceState to && after(source).contains(to);
            case TargetState target ->
                next instanceof TargetState to && after(target).contains(to);
        };
    }
}
