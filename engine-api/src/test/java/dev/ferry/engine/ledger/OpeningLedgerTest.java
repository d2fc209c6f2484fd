package dev.ferry.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.engine.error.Unavailable;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.store.content.StepListener;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OpeningLedgerTest {
    @TempDir
    Path directory;

    private OpeningLedger begin(JournalKind kind) {
        return OpeningLedger.begin(directory, kind, StepListener.NONE);
    }

    /** Each kind works in an engine's JVM, and reads what the other one wrote. */
    @ParameterizedTest
    @EnumSource
    void recordsOutliveTheEngineAndTheKind(JournalKind kind) throws Exception {
        try (OpeningLedger opening = begin(kind)) {
            assertThat(opening.refusal()).isEmpty();
            opening.ledger()
                    .append(MigrationRecord.first(SourceState.OFFERED, "a".repeat(32), "c", "web", "south", 1, "{}"));
        }
        for (JournalKind other : JournalKind.values()) {
            try (OpeningLedger opening = begin(other)) {
                assertThat(opening.ledger().unfinished(Side.SOURCE)).hasSize(1);
            }
        }
    }

    @Test
    void unreadableJournalRefusesMigrationsWithTheReason() throws Exception {
        Files.writeString(directory.resolve("what.journal"), "");
        try (OpeningLedger opening = begin(JournalKind.PLAIN)) {
            assertThat(opening.refusal())
                    .hasValueSatisfying(reason ->
                            assertThat(reason).contains("what.journal").contains("move the file out of the journal"));
            assertThatThrownBy(opening::ledger).isInstanceOf(Unavailable.class).hasMessageContaining("what.journal");
        }
    }

    @Test
    void kindsHaveWords() {
        assertThat(JournalKind.of("plain")).isEqualTo(JournalKind.PLAIN);
        assertThatThrownBy(() -> JournalKind.of("paper"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"paper\"");
    }
}
