package dev.ferry.cli.migration;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationStep;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.render.Table;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;

/** What a migration came to, for people. */
public final class EndText {
    private EndText() {}

    /** Every step in the order of its begin, and the whole. */
    public static Table timeline(MigrationDetail measured, long totalMicros) {
        Table table = new Table("STEP", "START", "DURATION", "BYTES");
        measured.timeline().stream()
                .sorted(Comparator.comparingLong(MigrationStep::startMicros))
                .forEach(step -> table.row(
                        step.name(),
                        Quantities.micros(step.startMicros()),
                        Quantities.micros(step.durationMicros()),
                        step.bytes() == 0 ? "" : Quantities.bytes(step.bytes())));
        return table.row(
                "total",
                "",
                Quantities.micros(totalMicros),
                Quantities.bytes(measured.progress().bytesSent()));
    }

    /** From its begin to its end in microseconds, or to the end of its last step when the engine does not tell. */
    public static long totalMicros(MigrationDetail ended, MigrationDetail measured) {
        long steps = measured.timeline().stream()
                .mapToLong(step -> step.startMicros() + step.durationMicros())
                .max()
                .orElse(0);
        try {
            Instant begun = Instant.parse(measured.begun().isEmpty() ? ended.begun() : measured.begun());
            return Math.max(steps, ChronoUnit.MICROS.between(begun, Instant.parse(ended.ended())));
        } catch (DateTimeException e) {
            return steps;
        }
    }

    /** How long the container stood still, beside what was expected. */
    public static String blackout(MigrationDetail measured) {
        String actual = measured.blackoutMicros() > 0 ? Quantities.micros(measured.blackoutMicros()) : "unknown";
        return measured.expectedBlackoutMicros() > 0
                ? "blackout " + actual + ", expected about " + Quantities.micros(measured.expectedBlackoutMicros())
                : "blackout " + actual;
    }

    /**
     * Of one that did not move anything.
     *
     * @param status of the container at this engine by now, as {@code docker inspect} has it; "removed" for none, empty when nobody could be
     *     asked
     */
    public static String failed(MigrationDetail detail, String status) {
        String here = switch (status) {
            case "running" ->
                detail.outcome().equals("reclaimed") ? "it runs here again, from its own dump" : "it still runs here";
            case "removed" -> "it is not here any more: somebody removed it";
            case "" -> "whether it still runs here could not be asked: see 'ferry ps --all'";
            default -> "it is here and does not run by now: its status is '" + status + "'";
        };
        return "container '" + detail.name() + "' was not moved to '" + detail.peer() + "': " + detail.error() + "\n"
                + here;
    }

    /** Of one that only a user can settle, unless the peer comes back. */
    public static String inDoubt(MigrationDetail detail) {
        String other = detail.peer();
        boolean leaving = detail.side().equals("source");
        return "whether container '" + detail.name() + "' runs here or at '" + other + "' is not known: "
                + detail.error()
                + "\n" + (leaving ? "here it is stopped" : "here it does not run yet")
                + ", and the engine goes on asking '" + other + "', which settles it"
                + "\nif '" + other + "' is gone for good, settle it by hand: " + detail.remedy();
    }

    /** Of one that nobody tells of any more. */
    public static String lost(MigrationDetail last, String why) {
        return "what became of the migration of container '" + last.name() + "' to '" + last.peer()
                + "' is not known here: "
                + why + "\nits last phase seen was '" + ProgressText.stage(last)
                + "'; it stands in the engine's journal, and the next engine brings it to an end"
                + "\nstart one with 'ferry engine', then see 'ferry migration inspect " + Names.shortId(last.id())
                + "'";
    }
}
