package dev.ferry.bench.start;

import dev.ferry.bench.report.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One run over several subjects. In each round every subject starts one container; the order moves by one from round to round, so
 * that nobody always follows the same neighbour; and each start begins at least {@code spacing} after the one before has ended.
 */
public final class StartRun {
    /** The kernel's RCU has fallen asleep by then, as it has when a user starts one container now and then. */
    public static final Duration LEAST_SPACING = Duration.ofMillis(60);

    private final List<Subject> subjects;
    private final int rounds;
    private final int warmUp;
    private final Duration spacing;

    /** @param warmUp rounds before the first that counts */
    public StartRun(List<Subject> subjects, int rounds, int warmUp, Duration spacing) {
        if (rounds < 1 || warmUp < 0) {
            throw new IllegalArgumentException("a run needs at least one round");
        }
        this.subjects = List.copyOf(subjects);
        this.rounds = rounds;
        this.warmUp = warmUp;
        this.spacing = spacing;
    }

    /** What one subject took. */
    public static final class Result {
        private final Subject subject;
        private final Map<Timing.Measure, Samples> measures = new EnumMap<>(Timing.Measure.class);
        private final Map<String, Samples> stages = new LinkedHashMap<>();

        Result(Subject subject) {
            this.subject = subject;
        }

        public Subject subject() {
            return subject;
        }

        /** Empty when the subject cannot tell. */
        public Samples measure(Timing.Measure measure) {
            return measures.getOrDefault(measure, new Samples());
        }

        /** By stage, in the order in which they happen; empty unless the subject is profiled. */
        public Map<String, Samples> stages() {
            return stages;
        }

        private void add(Timing timing) {
            timing.measures()
                    .forEach((measure, time) -> measures.computeIfAbsent(measure, m -> new Samples())
                            .add(time));
            timing.stages()
                    .forEach((stage, time) ->
                            stages.computeIfAbsent(stage, s -> new Samples()).add(time));
        }
    }

    /**
     * Does it.
     *
     * @param progress told after each round, counted from one
     */
    public List<Result> run(Consumer<Integer> progress) throws Exception {
        List<Result> results = subjects.stream().map(Result::new).toList();
        for (int round = -warmUp; round < rounds; round++) {
            for (int turn = 0; turn < subjects.size(); turn++) {
                int index = Math.floorMod(turn + round, subjects.size());
                rest();
                Timing timing = subjects.get(index).start();
                if (round >= 0) {
                    results.get(index).add(timing);
                }
            }
            if (round >= 0) {
                progress.accept(round + 1);
            }
        }
        return new ArrayList<>(results);
    }

    private void rest() {
        long until = System.nanoTime() + spacing.toNanos();
        for (long left = spacing.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
