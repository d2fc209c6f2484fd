package dev.ferry.migration.record;

import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The numbers of the kinds of entries. They are on disks: none ever changes its meaning. */
final class EntryTypes {
    /** Part of a snapshot: epochs of containers. */
    static final int EPOCHS = 201;
    /** Part of a snapshot: records as they were. */
    static final int KEPT = 202;

    private static final Map<Integer, MigrationState> STATES = states();

    private EntryTypes() {}

    static int of(MigrationState state) {
        return switch (state) {
            case SourceState source ->
                switch (source) {
                    case OFFERED -> 1;
                    case FROZEN -> 2;
                    case HANDED_OVER -> 3;
                    case RETIRED -> 4;
                    case ABANDONED -> 5;
                    case RECLAIMED -> 6;
                    case NONE -> throw new IllegalArgumentException("no record says that there is none");
                };
            case TargetState target ->
                switch (target) {
                    case RESERVED -> 101;
                    case VERIFIED -> 102;
                    case READY -> 103;
                    case OWNED -> 104;
                    case RUNNING -> 105;
                    case DISCARDED -> 106;
                    case NONE -> throw new IllegalArgumentException("no record says that there is none");
                };
        };
    }

    /** The state that has a number, empty for one that is no state's. */
    static Optional<MigrationState> state(int type) {
        return Optional.ofNullable(STATES.get(type));
    }

    private static Map<Integer, MigrationState> states() {
        Map<Integer, MigrationState> states = new HashMap<>();
        for (SourceState state : SourceState.values()) {
            if (state != SourceState.NONE) {
                states.put(of(state), state);
            }
        }
        for (TargetState state : TargetState.values()) {
            if (state != TargetState.NONE) {
                states.put(of(state), state);
            }
        }
        return Map.copyOf(states);
    }
}
