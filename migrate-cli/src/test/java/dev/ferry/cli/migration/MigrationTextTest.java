package dev.ferry.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationFinding;
import dev.ferry.api.model.ferry.MigrationVerdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MigrationTextTest {
    private static final Duration ELAPSED = Duration.ofMillis(2_040);

    @Test
    void progressAsALine() {
        assertThat(ProgressText.drawn(Migrations.underWay("ship"), ELAPSED, 120))
                .isEqualTo("ship       [#######-----------------------]  16.0 MiB of 64.0 MiB  8.0 MiB/s  2.0 s"
                        + "  blackout about 350.0 ms");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 20, 40, 70, 79, 80, 81, 90, 100, 300})
    void progressIsShorterThanTheTerminal(int columns) {
        String line = ProgressText.drawn(Migrations.underWay("hand-over"), ELAPSED, columns);
        assertThat(line.length()).isLessThanOrEqualTo(Math.max(1, columns - 1));
        assertThat("hand-over").startsWith(line.substring(0, Math.min(9, line.length())));
    }

    @Test
    void narrowTerminalsLackTheBarAndThenTheLastFacts() {
        assertThat(ProgressText.drawn(Migrations.underWay("ship"), ELAPSED, 80))
                .isEqualTo("ship       16.0 MiB of 64.0 MiB  8.0 MiB/s  2.0 s  blackout about 350.0 ms");
        assertThat(ProgressText.drawn(Migrations.underWay("ship"), ELAPSED, 60))
                .isEqualTo("ship       16.0 MiB of 64.0 MiB  8.0 MiB/s  2.0 s");
    }

    @Test
    void whatIsNotKnownYetIsNotShown() {
        MigrationDetail begun = MigrationDetail.empty();
        assertThat(ProgressText.drawn(begun, ELAPSED, 80).strip()).isEqualTo("2.0 s");
        assertThat(ProgressText.told(Migrations.underWay("dump"), ELAPSED))
                .isEqualTo("dump: 16.0 MiB of 64.0 MiB, 8.0 MiB/s, 2.0 s, blackout about 350.0 ms");
    }

    @Test
    void stageIsThePhaseOrTheLastRecord() {
        assertThat(ProgressText.stage(Migrations.underWay("dump"))).isEqualTo("dump");
        assertThat(ProgressText.stage(Migrations.underWay(""))).isEqualTo("frozen");
        assertThat(ProgressText.stage(Migrations.inDoubt("source"))).isEqualTo("in doubt");
    }

    @Test
    void timelineIsInTheOrderOfBeginsAndHasTheWhole() {
        MigrationDetail moved = Migrations.moved();
        assertThat(EndText.timeline(moved, EndText.totalMicros(moved, moved)).text())
                .isEqualTo("""
                        STEP        START     DURATION   BYTES
                        offer       0.0 ms    20.0 ms
                        image       20.0 ms   500.0 ms   48.0 MiB
                        hand-over   1.50 s    300.0 ms
                        total                 2.00 s     16.0 MiB
                        """);
        assertThat(EndText.blackout(moved)).isEqualTo("blackout 412.3 ms, expected about 350.0 ms");
        assertThat(EndText.blackout(MigrationDetail.empty())).isEqualTo("blackout unknown");
    }

    @Test
    void totalWithoutAnEndIsThatOfTheSteps() {
        assertThat(EndText.totalMicros(MigrationDetail.empty(), Migrations.moved()))
                .isEqualTo(1_800_000);
        assertThat(EndText.totalMicros(MigrationDetail.empty(), MigrationDetail.empty()))
                .isZero();
    }

    @Test
    void verdictThatIsYes() {
        assertThat(VerdictText.of("job", "b", new MigrationVerdict(true, List.of(), 2048, 350_000)))
                .isEqualTo("""
                        go: nothing speaks against moving 'job' to 'b'
                        about 2.0 KiB besides the image would be sent, blackout about 350.0 ms
                        """);
    }

    @Test
    void verdictThatIsNoNamesSideObjectCauseAndRemedy() {
        List<MigrationFinding> findings = List.of(
                new MigrationFinding("source", "migration.volume", "/data", "it is not moved", "say --volume-present"),
                new MigrationFinding("target", "migration.name-taken", "job", "the name is in use", ""));
        assertThat(VerdictText.of("job", "b", new MigrationVerdict(false, findings, 0, 0)))
                .isEqualTo("""
                        no go: container 'job' can not be moved to 'b' as things are

                        source, /data: it is not moved
                            say --volume-present

                        target, job: the name is in use

                        about 0 B besides the image would be sent, blackout unknown
                        """);
    }

    @ParameterizedTest
    @CsvSource({
        "failed, running, it still runs here",
        "reclaimed, running, 'it runs here again, from its own dump'",
        "failed, exited, its status is 'exited'",
        "failed, removed, it is not here any more",
        "failed, '', could not be asked"
    })
    void failureTellsWhereTheContainerIs(String outcome, String status, String text) {
        assertThat(EndText.failed(Migrations.failed(outcome, "no route"), status))
                .startsWith("container 'job' was not moved to 'b': no route\n")
                .contains(text);
    }

    @Test
    void doubtNamesItsRemedy() {
        assertThat(EndText.inDoubt(Migrations.inDoubt("source")))
                .contains("whether container 'job' runs here or at 'b' is not known: no answer")
                .contains("here it is stopped")
                .contains("ferry migration resolve 0123456789ab --run here|there");
        assertThat(EndText.inDoubt(Migrations.inDoubt("target"))).contains("here it does not run yet");
    }

    @Test
    void lostMigrationsAreToldWithTheWayToThem() {
        assertThat(EndText.lost(Migrations.underWay("dump"), "nobody answers"))
                .contains("nobody answers")
                .contains("'dump'")
                .contains("'ferry migration inspect 0123456789ab'");
    }
}
