/**
 * The network of a container, as far as it goes: none, the host's, or a namespace of its own with loopback.
 *
 * <p>Begin with {@link dev.ferry.engine.network.NetworkService}. Namespaces are pinned below the run directory, so that they outlive the
 * engine and both ends of a checkpoint; they know nothing of containers but an id.
 */
@NullMarked
package dev.ferry.engine.network;

import org.jspecify.annotations.NullMarked;
