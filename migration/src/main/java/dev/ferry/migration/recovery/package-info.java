/**
 * What an engine that finds an unfinished migration in its journal does next: a pure function of the last record and of one answer of the
 * other side. docs/adr/0016 has it as a table.
 *
 * <p>Begin with {@link Recovery}. Knows nothing of disks, of connections or of containers.
 */
@NullMarked
package dev.ferry.migration.recovery;

import org.jspecify.annotations.NullMarked;
