package dev.ferry.migration.recovery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of a migration as a state of a machine: what is on the disks, what runs, what is in memory, what is on the wire. Everything that can
 * happen next is a further state, deaths and cuts included. Immutable.
 *
 * @param held whether the source freezes the container's control group before it writes HandedOver, so that nothing but itself can let it go on
 */
record TwoEngines(
        boolean held,
        Source source,
        Target target,
        @Nullable Message toTarget,
        @Nullable Message toSource) {

    enum Message {
        OFFER,
        ACCEPT,
        BYTES,
        READY,
        COMMIT,
        RUNNING
    }

    /** Of a container on the source. FROZEN is CRIU's doing and ends with it, HELD is the control group's. */
    enum Task {
        RUNNING,
        FROZEN,
        HELD,
        ENDED
    }

    /** Of a container on the target. WAITING is CRIU's, before its last answer. */
    enum Copy {
        NONE,
        WAITING,
        RUNNING
    }

    /** What the program does now: the steps of a session in their order, or recovery. */
    private static final int RECOVERY = -1;

    /** One side; {@code at} is lost with the engine. */
    record Source(
            SourceState last,
            Task task,
            boolean up,
            int at,
            @Nullable TargetState answer) {
        Source write(SourceState state, int next) {
            requireAllowed(last, state);
            return new Source(state, task, up, next, null);
        }

        Source make(Task now, int next) {
            return new Source(last, now, up, next, answer);
        }

        Source go(int next) {
            return new Source(last, task, up, next, null);
        }

        Source hears(TargetState state) {
            return new Source(last, task, up, at, state);
        }

        /** What was being handed over has ended before anybody is answered. */
        boolean answers() {
            return up && (last != SourceState.HANDED_OVER || task == Task.ENDED);
        }
    }

    record Target(
            TargetState last,
            Copy copy,
            boolean up,
            int at,
            @Nullable SourceState answer) {
        Target write(TargetState state, int next) {
            requireAllowed(last, state);
            return new Target(state, copy, up, next, null);
        }

        Target make(Copy now, int next) {
            return new Target(last, now, up, next, answer);
        }

        Target go(int next) {
            return new Target(last, copy, up, next, null);
        }

        Target hears(SourceState state) {
            return new Target(last, copy, up, at, state);
        }
    }

    private static void requireAllowed(MigrationState last, MigrationState next) {
        if (!Transitions.allow(last, next)) {
            throw new AssertionError(last + " -> " + next);
        }
    }

    static TwoEngines start(boolean held) {
        return new TwoEngines(
                held,
                new Source(SourceState.NONE, Task.RUNNING, true, 0, null),
                new Target(TargetState.NONE, Copy.NONE, true, 0, null),
                null,
                null);
    }

    boolean sourceRuns() {
        return source.task() == Task.RUNNING;
    }

    boolean targetRuns() {
        return target.copy() == Copy.RUNNING;
    }

    /** Whether the container has gone on here after the instant that the target was given. */
    boolean wentOnAfterTheHandOver() {
        return sourceRuns() && (source.last() == SourceState.HANDED_OVER || source.last() == SourceState.RETIRED);
    }

    boolean isInDoubt() {
        TargetState heard = source.answer();
        SourceState told = target.answer();
        return (source.last() == SourceState.HANDED_OVER
                        && heard != null
                        && Recovery.answered(heard) == SourceStep.IN_DOUBT)
                || (told != null && Recovery.answered(told) == TargetStep.IN_DOUBT);
    }

    /** What happens by itself when nothing more goes wrong; engines that are down come up. */
    List<TwoEngines> steps() {
        List<TwoEngines> next = new ArrayList<>();
        if (source.up()) {
            sourceSteps(next);
        } else {
            next.add(with(new Source(source.last(), source.task(), true, RECOVERY, null)));
        }
        if (target.up()) {
            targetSteps(next);
        } else {
            next.add(with(new Target(target.last(), target.copy(), true, RECOVERY, null)));
        }
        return next;
    }

    /** As {@link #steps}; where nothing happens any more, who waits for a message in vain takes the connection for lost. */
    List<TwoEngines> stepsAndPatience() {
        List<TwoEngines> next = steps();
        if (next.isEmpty()) {
            if (source.at() > 0) {
                next.add(with(source.go(RECOVERY)));
            }
            if (target.at() > 0) {
                next.add(with(target.go(RECOVERY)));
            }
        }
        return next;
    }

    /** What can go wrong. A side may take the connection for lost at any time, the other one need not know. */
    List<TwoEngines> troubles() {
        List<TwoEngines> next = new ArrayList<>();
        if (source.up()) {
            // a CRIU whose engine is gone undoes what it has done
            Task left = source.task() == Task.FROZEN ? Task.RUNNING : source.task();
            next.add(with(new Source(source.last(), left, false, RECOVERY, null)));
            if (source.at() > 0) {
                next.add(with(source.go(RECOVERY)));
            }
        }
        if (target.up()) {
            Copy left = target.copy() == Copy.WAITING ? Copy.NONE : target.copy();
            next.add(with(new Target(target.last(), left, false, RECOVERY, null)));
            if (target.at() > 0) {
                next.add(with(target.go(RECOVERY)));
            }
        }
        if (toTarget != null) {
            next.add(new TwoEngines(held, source, target, null, toSource));
        }
        if (toSource != null) {
            next.add(new TwoEngines(held, source, target, toTarget, null));
        }
        return next;
    }

    private void sourceSteps(List<TwoEngines> next) {
        switch (source.at()) {
            case RECOVERY -> sourceRecovers(next);
            case 0 -> next.add(with(source.write(SourceState.OFFERED, 1)));
            case 1 -> next.add(with(source.go(2)).send(Message.OFFER));
            case 2 -> {
                if (toSource == Message.ACCEPT) {
                    next.add(with(source.write(SourceState.FROZEN, 3)).taken());
                }
            }
            case 3 -> next.add(with(source.make(Task.FROZEN, 4)));
            case 4 -> next.add(with(source.go(5)).send(Message.BYTES));
            case 5 -> {
                if (toSource == Message.READY) {
                    next.add(
                            with(source.make(held ? Task.HELD : Task.FROZEN, 6)).taken());
                }
            }
            case 6 -> next.add(with(source.write(SourceState.HANDED_OVER, 7)));
            case 7 -> next.add(with(source.go(8)).send(Message.COMMIT));
            case 8 -> next.add(with(source.make(Task.ENDED, 9)));
            case 9 -> {
                if (toSource == Message.RUNNING) {
                    next.add(with(source.write(SourceState.RETIRED, RECOVERY)).taken());
                }
            }
            default -> throw new AssertionError("no such step: " + source.at());
        }
    }

    private void sourceRecovers(List<TwoEngines> next) {
        switch (Recovery.source(source.last())) {
            case NOTHING -> {
                if (source.last() == SourceState.ABANDONED && source.task() != Task.RUNNING) {
                    next.add(with(source.make(Task.RUNNING, RECOVERY)));
                }
            }
            case ABANDON -> next.add(with(source.write(SourceState.ABANDONED, RECOVERY)));
            case END_AND_ASK -> {
                TargetState heard = source.answer();
                if (source.task() != Task.ENDED) {
                    next.add(with(source.make(Task.ENDED, RECOVERY)));
                } else if (heard == null) {
                    if (target.up()) {
                        next.add(with(source.hears(target.last())));
                    }
                } else {
                    sourceActs(Recovery.answered(heard), next);
                }
            }
            case RUN ->
                next.add(
                        source.task() == Task.RUNNING
                                ? with(source.write(SourceState.ABANDONED, RECOVERY))
                                : with(source.make(Task.RUNNING, RECOVERY)));
            default -> throw new AssertionError("no step by the own record alone");
        }
    }

    private void sourceActs(SourceStep step, List<TwoEngines> next) {
        switch (step) {
            case RETIRE -> next.add(with(source.write(SourceState.RETIRED, RECOVERY)));
            case RECLAIM -> next.add(with(source.write(SourceState.RECLAIMED, RECOVERY)));
            case COMMIT_AGAIN -> {
                // a target that still waits for its session's word looks at its journal now
                Target nudged = target.at() > 0 && target.up() ? target.go(RECOVERY) : target;
                next.add(new TwoEngines(held, source.go(RECOVERY), nudged, toTarget, toSource));
            }
            case IN_DOUBT -> {}
            default -> throw new AssertionError("no step after an answer: " + step);
        }
    }

    private void targetSteps(List<TwoEngines> next) {
        switch (target.at()) {
            case RECOVERY -> targetRecovers(next);
            case 0 -> {
                if (toTarget == Message.OFFER) {
                    next.add(with(target.write(TargetState.RESERVED, 1)).received());
                }
            }
            case 1 -> next.add(with(target.go(2)).reply(Message.ACCEPT));
            case 2 -> {
                if (toTarget == Message.BYTES) {
                    next.add(with(target.write(TargetState.VERIFIED, 3)).received());
                }
            }
            case 3 -> next.add(with(target.make(Copy.WAITING, 4)));
            case 4 -> next.add(with(target.write(TargetState.READY, 5)));
            case 5 -> next.add(with(target.go(6)).reply(Message.READY));
            case 6 -> {
                if (toTarget == Message.COMMIT) {
                    next.add(with(target.write(TargetState.OWNED, 7)).received());
                }
            }
            case 7 -> next.add(with(target.make(Copy.RUNNING, 8)));
            case 8 -> next.add(with(target.write(TargetState.RUNNING, 9)));
            case 9 -> next.add(with(target.go(RECOVERY)).reply(Message.RUNNING));
            default -> throw new AssertionError("no such step: " + target.at());
        }
    }

    private void targetRecovers(List<TwoEngines> next) {
        switch (Recovery.target(target.last())) {
            case NOTHING -> {
                if (target.last() == TargetState.DISCARDED && target.copy() != Copy.NONE) {
                    next.add(with(target.make(Copy.NONE, RECOVERY)));
                }
            }
            case DISCARD -> next.add(with(target.write(TargetState.DISCARDED, RECOVERY)));
            case ASK -> {
                SourceState told = target.answer();
                if (told == null) {
                    if (source.answers()) {
                        next.add(with(target.hears(source.last())));
                    }
                } else {
                    switch (Recovery.answered(told)) {
                        case OWN -> next.add(with(target.write(TargetState.OWNED, RECOVERY)));
                        case DISCARD -> next.add(with(target.write(TargetState.DISCARDED, RECOVERY)));
                        case IN_DOUBT -> {}
                        default -> throw new AssertionError("no step after an answer");
                    }
                }
            }
            case RUN ->
                next.add(
                        target.copy() == Copy.RUNNING
                                ? with(target.write(TargetState.RUNNING, RECOVERY))
                                : with(target.make(Copy.RUNNING, RECOVERY)));
            default -> throw new AssertionError("no step by the own record alone");
        }
    }

    private TwoEngines with(Source now) {
        return new TwoEngines(held, now, target, toTarget, toSource);
    }

    private TwoEngines with(Target now) {
        return new TwoEngines(held, source, now, toTarget, toSource);
    }

    private TwoEngines send(Message message) {
        return new TwoEngines(held, source, target, message, toSource);
    }

    private TwoEngines reply(Message message) {
        return new TwoEngines(held, source, target, toTarget, message);
    }

    private TwoEngines received() {
        return new TwoEngines(held, source, target, null, toSource);
    }

    private TwoEngines taken() {
        return new TwoEngines(held, source, target, toTarget, null);
    }
}
