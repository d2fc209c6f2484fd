package dev.ferry.cli.migration;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationProgress;
import dev.ferry.api.model.ferry.MigrationStep;
import java.util.List;

/** Migrations as an engine tells of them. */
public final class Migrations {
    public static final String ID = "0123456789abcdef0123456789abcdef";
    private static final long MIB = 1024 * 1024;

    private Migrations() {}

    /** Under way from here to "b": 16 of 64 MiB sent. */
    public static MigrationDetail underWay(String phase) {
        return detail("source", "frozen", phase, "", "", false, List.of());
    }

    /** Over, with a timeline. */
    public static MigrationDetail moved() {
        return detail(
                "source",
                "retired",
                "done",
                "moved",
                "",
                false,
                List.of(
                        new MigrationStep("image", 20_000, 500_000, 48 * MIB),
                        new MigrationStep("offer", 0, 20_000, 0),
                        new MigrationStep("hand-over", 1_500_000, 300_000, 0)));
    }

    public static MigrationDetail failed(String outcome, String error) {
        return detail("source", "abandoned", "done", outcome, error, false, List.of());
    }

    public static MigrationDetail inDoubt(String side) {
        return detail(side, "handed-over", "", "in-doubt", "no answer", true, List.of());
    }

    private static MigrationDetail detail(
            String side,
            String state,
            String phase,
            String outcome,
            String error,
            boolean inDoubt,
            List<MigrationStep> timeline) {
        boolean over = phase.equals("done");
        return new MigrationDetail(
                ID,
                "c0ffee",
                "job",
                side,
                "b",
                2,
                state,
                phase,
                "2026-01-01T00:00:00Z",
                over ? "2026-01-01T00:00:02Z" : "",
                outcome,
                error,
                new MigrationProgress(64 * MIB, 16 * MIB, 8 * MIB),
                350_000,
                over ? 412_300 : 0,
                timeline,
                inDoubt,
                inDoubt ? "ferry migration resolve 0123456789ab --run here|there" : "");
    }
}
