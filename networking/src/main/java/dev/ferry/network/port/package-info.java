/**
 * Ports of a host that lead to ports of containers: what may be asked, what is chosen, and that nobody else takes it.
 *
 * <p>Begin with {@link dev.ferry.network.port.PortBook}. {@link dev.ferry.network.port.PortRequest} reads what users write, without a
 * kernel. A port is <i>published</i> when connections to it go to a container; it is <i>reserved</i> by a socket of ours that listens and
 * never accepts.
 */
@NullMarked
package dev.ferry.network.port;

import org.jspecify.annotations.NullMarked;
