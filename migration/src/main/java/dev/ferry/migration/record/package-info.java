/**
 * What the entries of the journal mean: records of migrations, what may follow what, and which epochs have been given away.
 *
 * <p>Begin with {@link MigrationLedger}. Knows the states of {@code recovery} and the bytes of {@code journal}; knows nothing of containers or of
 * connections. Used by the sessions, by the recovery at the start of an engine, and by whoever shows migrations. A <i>record</i> is one state
 * that one side has come to; a <i>timeline</i> is the records of one side in their order.
 */
@NullMarked
package dev.ferry.migration.record;

import org.jspecify.annotations.NullMarked;
