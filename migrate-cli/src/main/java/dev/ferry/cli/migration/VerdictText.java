package dev.ferry.cli.migration;

import dev.ferry.api.model.ferry.MigrationFinding;
import dev.ferry.api.model.ferry.MigrationVerdict;
import dev.ferry.cli.render.Quantities;

/** What both engines think of a migration, for people. */
public final class VerdictText {
    private VerdictText() {}

    /** Lines, each with its end. */
    public static String of(String container, String peer, MigrationVerdict verdict) {
        StringBuilder text = new StringBuilder();
        text.append(verdict.go() ? "go: nothing speaks against moving '" : "no go: container '")
                .append(container)
                .append(verdict.go() ? "' to '" + peer + "'" : "' can not be moved to '" + peer + "' as things are")
                .append('\n');
        for (MigrationFinding finding : verdict.findings()) {
            text.append('\n')
                    .append(finding.side())
                    .append(", ")
                    .append(finding.object())
                    .append(": ")
                    .append(finding.text())
                    .append('\n');
            if (!finding.remedy().isEmpty()) {
                text.append("    ").append(finding.remedy()).append('\n');
            }
        }
        return text.append(verdict.findings().isEmpty() ? "" : "\n")
                .append("about ")
                .append(Quantities.bytes(verdict.expectedBytes()))
                .append(" besides the image would be sent, blackout ")
                .append(
                        verdict.expectedBlackoutMicros() > 0
                                ? "about " + Quantities.micros(verdict.expectedBlackoutMicros())
                                : "unknown")
                .append('\n')
                .toString();
    }
}
