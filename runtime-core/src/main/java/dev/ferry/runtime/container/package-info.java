/**
 * The life of a container as the kernel sees it: created, started, joined by further processes, ended, restored.
 *
 * <p>Begin with {@link dev.ferry.runtime.container.ContainerLauncher}. A container's processes are children of their <i>monitor</i>
 * and need no engine; a {@link dev.ferry.runtime.container.ContainerProcess} is merely a handle, and closing it ends nothing.
 * Each start is an <i>incarnation</i> with a directory of its own: {@code monitor.json} says who the processes are,
 * {@code exit} how they ended. Knows the OCI records and the kernel's mechanisms; knows nothing of images, networks or HTTP.
 */
@NullMarked
package dev.ferry.runtime.container;

import org.jspecify.annotations.NullMarked;
