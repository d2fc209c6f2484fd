/**
 * Root file systems for containers, made from layers without copying them.
 *
 * <p>Begin with {@link dev.ferry.store.snapshot.Snapshotter}. Called by the engine before a container starts and by
 * checkpoints for the writable layer; knows blobs, archives and the kernel's overlay rules, but neither images nor containers.
 * Words: a <i>layer</i> is an unpacked tar that never changes; a <i>key</i> names one writable layer on top of some layers;
 * a <i>delta</i> is what that writable layer holds, as a tar and a list of deleted paths.
 */
@NullMarked
package dev.ferry.store.snapshot;

import org.jspecify.annotations.NullMarked;
