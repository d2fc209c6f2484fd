package dev.ferry.migration.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every state that two engines can come to, by any number of deaths, lost messages and cuts at any point. */
final class RecoveryModelTest {

    private static Set<TwoEngines> reachable(
            Collection<TwoEngines> from, Function<TwoEngines, Stream<TwoEngines>> next) {
        Set<TwoEngines> seen = new LinkedHashSet<>(from);
        Deque<TwoEngines> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            next.apply(open.remove()).filter(seen::add).forEach(open::add);
        }
        return seen;
    }

    private static Set<TwoEngines> everything(boolean held) {
        return reachable(
                List.of(TwoEngines.start(held)),
                world -> Stream.concat(world.steps().stream(), world.troubles().stream()));
    }

    @Test
    void withoutTroubleTheTargetRunsIt() {
        Set<TwoEngines> ends =
                Set.copyOf(reachable(List.of(TwoEngines.start(true)), world -> world.steps().stream()).stream()
                        .filter(world -> world.steps().isEmpty())
                        .toList());
        assertThat(ends).hasSize(1).allMatch(TwoEngines::targetRuns).noneMatch(TwoEngines::sourceRuns);
    }

    @Test
    void neverDoTwoRunAndNothingThatRanIsForgotten() {
        Set<TwoEngines> worlds = everything(true);
        assertThat(worlds)
                .hasSizeGreaterThan(500)
                .noneMatch(world -> world.sourceRuns() && world.targetRuns())
                .noneMatch(TwoEngines::wentOnAfterTheHandOver)
                .noneMatch(TwoEngines::isInDoubt);
    }

    /** From wherever the trouble ends, every way leads to exactly one running copy. */
    @Test
    void whenTroubleEndsOneRuns() {
        for (TwoEngines world : everything(true)) {
            Set<TwoEngines> after = reachable(List.of(world), later -> later.stepsAndPatience().stream());
            List<TwoEngines> ends = after.stream()
                    .filter(later -> later.stepsAndPatience().isEmpty())
                    .toList();
            assertThat(ends).as("ends of %s", world).isNotEmpty().allMatch(end -> end.sourceRuns() != end.targetRuns());
        }
    }

    /** Why the control group is frozen before the hand-over: a CRIU whose engine dies lets the container go on. */
    @Test
    void criusFreezeAloneDoesNotOutliveTheEngine() {
        assertThat(everything(false)).anyMatch(TwoEngines::wentOnAfterTheHandOver);
    }
}
