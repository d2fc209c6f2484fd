/**
 * Bytes of a migration on their way: what is sent from this host, over as many connections as it takes, and what arrives.
 *
 * <p>Begin with {@link dev.ferry.migration.transfer.Link}. Knows streams, offsets and sums; does not know what a migration is waiting for.
 */
@NullMarked
package dev.ferry.migration.transfer;

import org.jspecify.annotations.NullMarked;
