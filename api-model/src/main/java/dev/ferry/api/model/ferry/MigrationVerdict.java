package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * What both engines think of a migration that has not begun.
 *
 * @param go whether nothing speaks against it
 * @param expectedBytes what would be sent, about
 * @param expectedBlackoutMicros how long the container would stand still, in microseconds, about; 0 when that cannot be said
 */
public record MigrationVerdict(
        @JsonProperty("go") boolean go,
        @JsonProperty("findings") List<MigrationFinding> findings,
        @JsonProperty("expectedBytes") long expectedBytes,
        @JsonProperty("expectedBlackoutMicros") long expectedBlackoutMicros) {

    public MigrationVerdict {
        findings = Absence.list(findings);
    }

    /** All fields absent. */
    public static MigrationVerdict empty() {
        return new MigrationVerdict(false, List.of(), 0, 0);
    }
}
