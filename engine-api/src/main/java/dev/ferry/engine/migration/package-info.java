/**
 * Containers that leave for another engine and containers that come from one.
 *
 * <p>Begin with {@link dev.ferry.engine.migration.MigrationService}. It gives the sessions of module migration what they need of a container, keeps
 * the journal's records and the containers' marks in step, and brings to an end what an earlier engine was in the middle of. Checkpoints and
 * containers do not know it.
 */
@NullMarked
package dev.ferry.engine.migration;

import org.jspecify.annotations.NullMarked;
