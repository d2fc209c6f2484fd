package dev.ferry.engine.app;

import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A moment of a migration and what goes wrong at it. All are made from the states that there are: whoever adds a record cannot compile this
 * without saying how a migration comes to it, and gets every strike at it.
 *
 * @param way how the migration comes to the record
 * @param state the record
 * @param moment on which side of the record
 * @param strike what goes wrong there
 */
record CrashPoint(Way way, MigrationState state, Moment moment, Strike strike) {

    /** What a migration comes to when nothing goes wrong. */
    enum Way {
        /** It succeeds. */
        MOVES,
        /** The user calls it off while the container runs. */
        CALLED_OFF,
        /** The user calls it off at the target just when the source hands over. */
        REFUSED_LATE
    }

    /** Of a record. */
    enum Moment {
        /** What it allows is not done; it is not written. */
        BEFORE,
        /** It is durable, and nothing of what it allows is done. */
        AFTER
    }

    /** What goes wrong. */
    enum Strike {
        SOURCE_ENGINE,
        TARGET_ENGINE,
        BOTH_ENGINES,
        /** The source's engine, and it comes back before it can reach the target again. */
        SOURCE_ENGINE_APART,
        TARGET_ENGINE_APART,
        SOURCE_CRIU,
        TARGET_CRIU,
        SOURCE_MONITOR,
        TARGET_MONITOR,
        /** Every connection is reset; new ones get through. */
        WIRE;

        boolean hits(Side side) {
            return switch (this) {
                case SOURCE_ENGINE, SOURCE_ENGINE_APART -> side == Side.SOURCE;
                case TARGET_ENGINE, TARGET_ENGINE_APART -> side == Side.TARGET;
                case BOTH_ENGINES -> true;
                case SOURCE_CRIU, TARGET_CRIU, SOURCE_MONITOR, TARGET_MONITOR, WIRE -> false;
            };
        }

        boolean isApart() {
            return this == SOURCE_ENGINE_APART || this == TARGET_ENGINE_APART;
        }
    }

    /** All of them. */
    static List<CrashPoint> all() {
        List<CrashPoint> all = new ArrayList<>();
        for (Point point : points()) {
            for (Strike strike : Strike.values()) {
                CrashPoint one = new CrashPoint(point.way(), point.state(), point.moment(), strike);
                if (one.canHappen()) {
                    all.add(one);
                }
            }
        }
        return all;
    }

    /** A moment without anything that goes wrong. */
    record Point(Way way, MigrationState state, Moment moment) {
        Side side() {
            return state.side();
        }

        /** As the engine calls the step. */
        String step() {
            return (moment + " " + side()).toLowerCase(Locale.ROOT) + " " + state;
        }

        @Override
        public String toString() {
            return way + ", " + step();
        }
    }

    Point point() {
        return new Point(way, state, moment);
    }

    static List<Point> points() {
        List<Point> points = new ArrayList<>();
        for (MigrationState state : states()) {
            for (Way way : ways(state)) {
                for (Moment moment : Moment.values()) {
                    points.add(new Point(way, state, moment));
                }
            }
        }
        return points;
    }

    static List<MigrationState> states() {
        return Stream.<MigrationState>concat(Stream.of(SourceState.values()), Stream.of(TargetState.values()))
                .filter(state -> state != SourceState.NONE && state != TargetState.NONE)
                .toList();
    }

    private static Set<Way> ways(MigrationState state) {
        return switch (state) {
            case SourceState source ->
                switch (source) {
                    case OFFERED, FROZEN, HANDED_OVER, RETIRED -> Set.of(Way.MOVES);
                    case ABANDONED -> Set.of(Way.CALLED_OFF, Way.REFUSED_LATE);
                    case RECLAIMED -> Set.of(Way.REFUSED_LATE);
                    case NONE -> Set.of();
                };
            case TargetState target ->
                switch (target) {
                    case RESERVED, VERIFIED, READY, OWNED, RUNNING -> Set.of(Way.MOVES);
                    case DISCARDED -> Set.of(Way.CALLED_OFF, Way.REFUSED_LATE);
                    case NONE -> Set.of();
                };
        };
    }

    /**
     * The middle of what an engine does between each two records, before the first and behind the last.
     *
     * @return numbers of steps, 1 for the first
     */
    static List<Integer> betweenRecords(List<String> steps) {
        List<Integer> found = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i <= steps.size(); i++) {
            if (i == steps.size() || isRecord(steps.get(i))) {
                if (i > begin) {
                    found.add((begin + i) / 2 + 1);
                }
                begin = i + 1;
            }
        }
        return found;
    }

    private static boolean isRecord(String step) {
        return points().stream().anyMatch(point -> point.step().equals(step));
    }

    /** Whether there is somebody to strike. */
    private boolean canHappen() {
        return switch (strike) {
            case SOURCE_ENGINE, TARGET_ENGINE, BOTH_ENGINES, SOURCE_ENGINE_APART, TARGET_ENGINE_APART, WIRE -> true;
            case SOURCE_CRIU -> isDumping();
            case TARGET_CRIU -> isAtGate();
            case SOURCE_MONITOR -> isSourcesMonitorThere();
            case TARGET_MONITOR -> isAtGate() || state == TargetState.RUNNING || state == SourceState.RETIRED;
        };
    }

    private boolean isDumping() {
        return switch (state) {
            case SourceState source ->
                (source == SourceState.FROZEN && moment == Moment.AFTER) || source == SourceState.HANDED_OVER;
            case TargetState target ->
                target == TargetState.VERIFIED
                        || target == TargetState.READY
                        || (target == TargetState.DISCARDED && way == Way.REFUSED_LATE && moment == Moment.BEFORE);
        };
    }

    private boolean isAtGate() {
        return state == TargetState.READY || state == TargetState.OWNED || state == SourceState.HANDED_OVER;
    }

    private boolean isSourcesMonitorThere() {
        return switch (state) {
            case SourceState source ->
                switch (source) {
                    case OFFERED, FROZEN, HANDED_OVER -> true;
                    case ABANDONED -> way == Way.CALLED_OFF;
                    case NONE, RETIRED, RECLAIMED -> false;
                };
            case TargetState target ->
                switch (target) {
                    case RESERVED, VERIFIED, READY -> true;
                    case DISCARDED -> way == Way.CALLED_OFF;
                    case NONE, OWNED, RUNNING -> false;
                };
        };
    }

    /** Whether the strike may end the container itself: whoever loses its monitor has lost its output and whoever waits for its end. */
    boolean mayEndContainer() {
        return switch (strike) {
            case SOURCE_MONITOR -> true;
            case TARGET_MONITOR -> state == TargetState.RUNNING || state == SourceState.RETIRED;
            case SOURCE_ENGINE,
                    TARGET_ENGINE,
                    BOTH_ENGINES,
                    SOURCE_ENGINE_APART,
                    TARGET_ENGINE_APART,
                    SOURCE_CRIU,
                    TARGET_CRIU,
                    WIRE -> false;
        };
    }

    @Override
    public String toString() {
        return point() + ": " + strike;
    }
}
