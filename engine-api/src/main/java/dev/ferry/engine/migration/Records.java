package dev.ferry.engine.migration;

import dev.ferry.migration.record.MigrationLedger;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.record.RecordRefused;
import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.transfer.Refusal;
import java.io.IOException;

/** One side's records of one migration, in the journal and as everybody may see them. */
final class Records {
    private final MigrationLedger ledger;
    private final Ongoing ongoing;
    private final String detail;

    /** @param detail what a new engine would have to know, written with the first record */
    Records(MigrationLedger ledger, Ongoing ongoing, String detail) {
        this.ledger = ledger;
        this.ongoing = ongoing;
        this.detail = detail;
    }

    /** Makes it the last record; durable when it returns. */
    void write(MigrationState state) throws IOException {
        write(state, ongoing.epoch(), "");
    }

    void write(MigrationState state, long epoch, String why) throws IOException {
        MigrationRecord record = ledger.last(ongoing.id(), state.side())
                .map(last -> last.then(state, epoch, why))
                .orElseGet(() -> MigrationRecord.first(
                        state, ongoing.id(), ongoing.container(), ongoing.name(), ongoing.peer(), epoch, detail));
        try {
            ledger.append(record);
        } catch (RecordRefused e) {
            throw new Refusal("migration.record", String.valueOf(e.getMessage()));
        }
        ongoing.state(state);
    }
}
