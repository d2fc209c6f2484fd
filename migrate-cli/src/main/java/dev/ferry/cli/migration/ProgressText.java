package dev.ferry.cli.migration;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationProgress;
import dev.ferry.cli.render.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How far a migration is, in a line. */
public final class ProgressText {
    private static final String GAP = "  ";
    private static final int LONGEST_PHASE = 9;
    private static final int LEAST_BAR = 10;
    private static final int WIDEST_BAR = 30;
    private static final int BRACKETS = 2;

    private ProgressText() {}

    /** What happens now: the phase, or the last record of one whose session ended with its engine. */
    public static String stage(MigrationDetail detail) {
        if (detail.inDoubt()) {
            return "in doubt";
        }
        return detail.phase().isEmpty() ? detail.state() : detail.phase();
    }

    /**
     * Phase, bar, bytes, rate, time and expected blackout, as much of it as there is room for.
     *
     * @param columns of the terminal; the line is shorter than that
     */
    static String drawn(MigrationDetail detail, Duration elapsed, int columns) {
        int room = Math.max(1, columns - 1);
        String phase = padded(stage(detail));
        List<String> facts = facts(detail, elapsed);
        while (!facts.isEmpty() && length(phase, facts) > room) {
            facts.removeLast();
        }
        int bar = room - length(phase, facts) - GAP.length() - BRACKETS;
        if (detail.progress().bytesExpected() > 0 && bar >= LEAST_BAR) {
            facts.addFirst(bar(detail.progress(), Math.min(bar, WIDEST_BAR)));
        }
        String line = phase + GAP + String.join(GAP, facts);
        return line.length() <= room ? line : line.substring(0, room);
    }

    /** The same as a sentence, for a log. */
    static String told(MigrationDetail detail, Duration elapsed) {
        return stage(detail) + ": " + String.join(", ", facts(detail, elapsed));
    }

    private static List<String> facts(MigrationDetail detail, Duration elapsed) {
        MigrationProgress progress = detail.progress();
        List<String> facts = new ArrayList<>();
        if (progress.bytesExpected() > 0) {
            facts.add(Quantities.bytes(progress.bytesSent()) + " of " + Quantities.bytes(progress.bytesExpected()));
        }
        if (progress.bytesPerSecond() > 0) {
            facts.add(Quantities.bytes(progress.bytesPerSecond()) + "/s");
        }
        facts.add(Quantities.clock(elapsed));
        if (detail.expectedBlackoutMicros() > 0) {
            facts.add("blackout about " + Quantities.micros(detail.expectedBlackoutMicros()));
        }
        return facts;
    }

    /** What is expected is an estimate: the bar is full when more was sent, and not full for a rounding. */
    private static String bar(MigrationProgress progress, int width) {
        double part = Math.min(1, (double) progress.bytesSent() / progress.bytesExpected());
        int full = (int) (part * width);
        return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
    }

    private static String padded(String phase) {
        return phase + " ".repeat(Math.max(0, LONGEST_PHASE - phase.length()));
    }

    private static int length(String phase, List<String> facts) {
        return phase.length()
                + facts.stream().mapToInt(fact -> GAP.length() + fact.length()).sum();
    }
}
