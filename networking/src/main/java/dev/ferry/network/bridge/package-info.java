/**
 * The network that containers get when nobody names another: a bridge, an address for each container, translation at the border.
 *
 * <p>Begin with {@link dev.ferry.network.bridge.DefaultBridge}. Puts together what the other packages can do; knows containers as ids and
 * paths of namespaces, nothing of images, processes and HTTP. A container is <i>attached</i> when it has its pair of interfaces, and
 * <i>connected</i> when the end of it on the host is a port of the bridge.
 */
@NullMarked
package dev.ferry.network.bridge;

import org.jspecify.annotations.NullMarked;
