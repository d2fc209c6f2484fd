package dev.ferry.engine.migration;

import dev.ferry.migration.record.MigrationLedger;

/** Where the ledger comes from: it may still be on its way up, or not readable. */
@FunctionalInterface
public interface LedgerSource {
    /**
     * Waits until it is open.
     *
     * @throws dev.ferry.engine.error.Unavailable with the reason why there are no migrations
     */
    MigrationLedger ledger() throws InterruptedException;
}
