package dev.ferry.bench.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationProgress;
import dev.ferry.api.model.ferry.MigrationStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made of beats and of what both sides say about themselves. */
class PassageTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    /** The last beat 10 ms after the begin, the first one 300 ms after it. */
    private static final Passage.Silence SILENCE = new Passage.Silence(at(10), at(300));

    private static Instant at(long millis) {
        return BEGIN.plusMillis(millis);
    }

    private static Map<Phase, Duration> millis(Object... phasesAndMillis) {
        Map<Phase, Duration> map = new java.util.EnumMap<>(Phase.class);
        for (int i = 0; i < phasesAndMillis.length; i += 2) {
            map.put((Phase) phasesAndMillis[i], Duration.ofMillis((int) phasesAndMillis[i + 1]));
        }
        return map;
    }

    @Test
    void theBlackoutIsTheLongestPause() {
        assertThat(Passage.Silence.longestOf(List.of(at(0), at(2), at(10), at(300), at(302))))
                .isEqualTo(SILENCE);
        assertThat(SILENCE.length()).isEqualTo(Duration.ofMillis(290));
        assertThatIllegalArgumentException().isThrownBy(() -> Passage.Silence.longestOf(List.of(at(0))));
    }

    @Test
    void itsPhasesAreAllOfIt() {
        Map<Phase, Duration> phases =
                SILENCE.phases(at(4), Map.of(Phase.DUMP, at(60), Phase.SHIP, at(200), Phase.RESTORE, at(280)));
        assertThat(phases)
                .isEqualTo(millis(
                        Phase.FREEZE, 6, Phase.DUMP, 50, Phase.SHIP, 140, Phase.RESTORE, 80, Phase.FIRST_BEAT, 20));
    }

    @Test
    void whatIsSaidAboutLaterIsNoPartOfIt() {
        Map<Phase, Duration> phases = SILENCE.phases(at(12), Map.of(Phase.DUMP, at(60), Phase.RESTORE, at(400)));
        assertThat(phases).isEqualTo(millis(Phase.FREEZE, 0, Phase.DUMP, 50, Phase.RESTORE, 240, Phase.FIRST_BEAT, 0));
    }

    @Test
    void aMigrationsTimelineIsCutAtItsSteps() {
        MigrationDetail nothing = MigrationDetail.empty();
        MigrationDetail detail = new MigrationDetail(
                "m",
                "c",
                "name",
                "source",
                "b",
                2,
                "retired",
                "done",
                BEGIN.toString(),
                at(350).toString(),
                "moved",
                "",
                new MigrationProgress(1000, 1001, 0),
                nothing.expectedBlackoutMicros(),
                0,
                List.of(
                        new MigrationStep("image", 0, 3_000, 1),
                        new MigrationStep("dump", 4_000, 56_000, 500),
                        new MigrationStep("ship", 60_000, 140_000, 500),
                        new MigrationStep("verify", 200_000, 20_000, 0),
                        new MigrationStep("restore", 225_000, 25_000, 0),
                        new MigrationStep("hand-over", 250_000, 40_000, 0)),
                false,
                "");
        Passage passage = FerryMover.passage(detail, SILENCE, new Passage.Written(7, 8));
        assertThat(passage.blackout()).isEqualTo(Duration.ofMillis(290));
        assertThat(passage.total()).isEqualTo(Duration.ofMillis(350));
        assertThat(passage.bytes()).isEqualTo(1001);
        assertThat(passage.written()).contains(new Passage.Written(7, 8));
        assertThat(passage.phases())
                .isEqualTo(millis(
                        Phase.FREEZE,
                        6,
                        Phase.DUMP,
                        50,
                        Phase.SHIP,
                        140,
                        Phase.VERIFY,
                        20,
                        Phase.RESTORE,
                        30,
                        Phase.HAND_OVER,
                        40,
                        Phase.FIRST_BEAT,
                        10));
    }

    @Test
    void theScriptsMarksAreCutLikewise() {
        String marks = "asked %1$s.004000%ndump %1$s.060000%nship %1$s.200000%nrestore %1$s.310000%n"
                .formatted(BEGIN.getEpochSecond());
        Passage passage = RuncScript.passage(marks, SILENCE);
        assertThat(passage.total()).isEqualTo(Duration.ofMillis(306));
        assertThat(passage.written()).isEmpty();
        assertThat(passage.phases())
                .isEqualTo(millis(
                        Phase.FREEZE, 6, Phase.DUMP, 50, Phase.SHIP, 140, Phase.RESTORE, 100, Phase.FIRST_BEAT, 0));
    }
}
