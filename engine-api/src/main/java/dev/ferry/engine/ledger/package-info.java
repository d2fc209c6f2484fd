/**
 * Where this engine's migrations are written down, and how that is opened while the engine starts.
 *
 * <p>Begin with {@link dev.ferry.engine.ledger.OpeningLedger}. Knows the journal's formats; what the records mean is module migration's matter. Whoever
 * migrates, and the recovery at start, waits for the ledger here; nobody else does.
 */
@NullMarked
package dev.ferry.engine.ledger;

import org.jspecify.annotations.NullMarked;
