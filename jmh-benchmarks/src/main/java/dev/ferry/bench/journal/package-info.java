/**
 * What the journal of migrations costs.
 *
 * <p>Begin with {@link dev.ferry.bench.journal.JournalCommand}.
 */
@NullMarked
package dev.ferry.bench.journal;

import org.jspecify.annotations.NullMarked;
