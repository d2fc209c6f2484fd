package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * What the engine's host can do: {@code GET /ferry/v1/host}.
 */
public record HostReport(@JsonProperty("findings") List<HostFinding> findings) {

    public HostReport {
        findings = Absence.list(findings);
    }

    /** All fields absent. */
    public static HostReport empty() {
        return new HostReport(List.of());
    }
}
