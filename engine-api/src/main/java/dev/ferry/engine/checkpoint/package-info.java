/**
 * Checkpoints of containers: made, listed, removed, restored.
 *
 * <p>Begin with {@link CheckpointService}. Knows the checkpoint directories and CRIU's bridge; of a container it knows only what
 * {@link CheckpointTargets} shows, which the container service implements. Containers do not know this package, nor does HTTP leak in. A
 * checkpoint's files are the bridge's business; beside them lies {@code report.json}, how the making of it went.
 */
@NullMarked
package dev.ferry.engine.checkpoint;

import org.jspecify.annotations.NullMarked;
