/**
 * The packet filter's language, and the one table that is ours.
 *
 * <p>Begin with {@link dev.ferry.network.nftables.FerryTable}, which says what is allowed and where packets are sent;
 * {@link dev.ferry.network.nftables.Expression} are the words it says it in, {@link dev.ferry.network.nftables.Ruleset} makes messages of
 * them, both without a kernel. Other tables are nobody's business here. A <i>table</i> has <i>chains</i> of <i>rules</i>; a rule is a list of
 * expressions, each of which loads something into a register, compares one, or decides; a <i>map</i> gives a value for a key.
 */
@NullMarked
package dev.ferry.network.nftables;

import org.jspecify.annotations.NullMarked;
