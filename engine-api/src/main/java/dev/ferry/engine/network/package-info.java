/**
 * The network of a container: none, the host's, another container's, or the default one.
 *
 * <p>Begin with {@link dev.ferry.engine.network.NetworkService}. Namespaces are pinned below the run directory, so that they outlive the
 * engine and both ends of a checkpoint; what is in them is the {@code networking} module's work. Containers are known by an id and what
 * was asked for.
 */
@NullMarked
package dev.ferry.engine.network;

import org.jspecify.annotations.NullMarked;
