/**
 * Addresses of containers: what they look like, from which range they come, and who has which.
 *
 * <p>Begin with {@link dev.ferry.network.address.AddressPool}. Pure. A <i>pool</i> is a range of addresses that one bridge hands out.
 */
@NullMarked
package dev.ferry.network.address;

import org.jspecify.annotations.NullMarked;
