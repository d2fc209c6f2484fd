/**
 * What an engine must still know about its migrations after any crash: entries, each durable before anything is done because of it.
 *
 * <p>Begin with {@link MigrationJournal}. Knows bytes, sequence numbers and disks; knows nothing of what the entries mean. Used by the
 * sessions and by the recovery at the start of an engine. An <i>entry</i> is one fact; a <i>segment</i> is one file of them.
 */
@NullMarked
package dev.ferry.migration.journal;

import org.jspecify.annotations.NullMarked;
