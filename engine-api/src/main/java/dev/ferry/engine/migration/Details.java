package dev.ferry.engine.migration;

import dev.ferry.api.model.ferry.MigrationProgress;
import dev.ferry.api.model.ferry.MigrationStep;
import dev.ferry.migration.session.Timeline;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a session knows of a migration beyond its records, as clients are shown it. */
final class Details {
    private Details() {}

    /** Of one moment. */
    record Live(
            String phase,
            MigrationProgress progress,
            long expectedBlackoutMicros,
            long blackoutMicros,
            List<MigrationStep> timeline) {
        /** Without a session. */
        static final Live NONE = new Live("", MigrationProgress.empty(), 0, 0, List.of());

        Live {
            timeline = List.copyOf(timeline);
        }

        static Live of(Leaving session, boolean over) {
            Timeline timeline = session.timeline();
            long sent = session.sent();
            List<Timeline.Step> steps = timeline.steps();
            long micros = over && !steps.isEmpty()
                    ? steps.getLast().start() + steps.getLast().duration()
                    : timeline.elapsed() / 1000;
            return new Live(
                    timeline.phase(),
                    new MigrationProgress(timeline.expected(), sent, micros == 0 ? 0 : sent * 1_000_000 / micros),
                    TimeUnit.MICROSECONDS.convert(session.expectedBlackout()),
                    timeline.blackout() / 1000,
                    steps.stream()
                            .map(step -> new MigrationStep(step.name(), step.start(), step.duration(), step.bytes()))
                            .toList());
        }
    }
}
