/**
 * Which other engines this one trusts, and how two engines come to trust each other.
 *
 * <p>Begin with {@link dev.ferry.migration.peer.Peers}. Every engine has a key and a certificate that it signed itself; a <i>peer</i> is another engine
 * whose certificate is known by its fingerprint. An <i>invitation</i> is a token that works once: who brings it is made a peer.
 */
@NullMarked
package dev.ferry.migration.peer;

import org.jspecify.annotations.NullMarked;
