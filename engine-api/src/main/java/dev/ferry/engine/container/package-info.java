/**
 * Containers: records on disk, one lane each, and what may be done to them.
 *
 * <p>Begin with {@link dev.ferry.engine.container.ContainerService}, then {@link dev.ferry.engine.container.Container}. Every change
 * of a container happens on its <i>lane</i>, a serial queue, and is written to disk before it is told to anybody.
 *
 * <p>Uses the runtime, images, networks, events. Does not know exec, checkpoints or HTTP: they know it. An <i>incarnation</i> is one
 * life of a container's init, from a start or a restore to its end; it has a directory and a cgroup of its own.
 */
@NullMarked
package dev.ferry.engine.container;

import org.jspecify.annotations.NullMarked;
