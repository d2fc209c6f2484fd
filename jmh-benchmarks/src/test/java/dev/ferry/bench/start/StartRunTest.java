package dev.ferry.bench.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartRunTest {

    @Test
    void everySubjectTakesItsTurnInARotatingOrderAndWarmUpDoesNotCount() throws Exception {
        List<String> order = new ArrayList<>();
        List<Subject> subjects = List.of(new Noting("a", order), new Noting("b", order), new Noting("c", order));
        List<Integer> progress = new ArrayList<>();
        List<StartRun.Result> results = new StartRun(subjects, 3, 1, Duration.ZERO).run(progress::add);
        assertThat(order).containsExactly("c", "a", "b", "a", "b", "c", "b", "c", "a", "c", "a", "b");
        assertThat(progress).containsExactly(1, 2, 3);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.measure(Timing.Measure.GONE).size()).isEqualTo(3);
            assertThat(result.measure(Timing.Measure.EXECUTED).isEmpty()).isTrue();
        });
    }

    /** Starts nothing. */
    private record Noting(String name, List<String> order) implements Subject {
        @Override
        public String description() {
            return name;
        }

        @Override
        public Timing start() {
            order.add(name);
            Timing.Watch watch = new Timing.Watch();
            watch.passed(Timing.Measure.GONE);
            return watch.timing();
        }

        @Override
        public void close() {}
    }
}
