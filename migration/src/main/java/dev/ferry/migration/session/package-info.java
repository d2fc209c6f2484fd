/**
 * One migration, as each of its two sides lives it.
 *
 * <p>Begin with {@link dev.ferry.migration.session.SourceSession} and {@link dev.ferry.migration.session.TargetSession}. A session knows the order
 * of the steps, which record is written before which of them, and what a failure at each means; what a step does to a container is the
 * engine's, behind {@link dev.ferry.migration.session.Departing} and {@link dev.ferry.migration.session.Arriving}. docs/adr/0016 has the table of records.
 * What a session could not bring to an end is {@link dev.ferry.migration.recovery.Recovery}'s.
 */
@NullMarked
package dev.ferry.migration.session;

import org.jspecify.annotations.NullMarked;
