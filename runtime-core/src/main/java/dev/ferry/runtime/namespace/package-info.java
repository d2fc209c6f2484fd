/**
 * Namespaces that are made ahead of a container and outlive the process that made them.
 *
 * <p>Begin with {@link dev.ferry.runtime.namespace.NetworkNamespaces}. The other namespaces of a container are made by its first
 * process itself; a network is made before, because addresses are given to it while the container does not run yet, and because a
 * restored container wants the one it had. Knows the kernel's calls, nothing of containers and of networks in Docker's sense.
 */
@NullMarked
package dev.ferry.runtime.namespace;

import org.jspecify.annotations.NullMarked;
