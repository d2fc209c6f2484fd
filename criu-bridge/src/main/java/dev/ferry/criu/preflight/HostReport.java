package dev.ferry.criu.preflight;

import java.util.List;

/** What this host offers, for {@code ferry doctor}. */
public record HostReport(List<Finding> findings) {
    public HostReport {
        findings = List.copyOf(findings);
    }

    /** Whether checkpoint and restore can work here. */
    public boolean isUsable() {
        return findings.stream().noneMatch(finding -> finding.status() == Finding.Status.MISSING);
    }
}
