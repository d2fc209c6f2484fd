/**
 * Checkpoints of this engine's containers: taking, listing, removing, restoring, and finishing what a dead engine left.
 *
 * <p>Begin with {@link dev.ferry.engine.checkpoint.CheckpointService}. It knows containers and CRIU's bridge; containers do not know it. Every
 * step is written into the container's record before it is taken, see {@link dev.ferry.engine.container.Passage}.
 */
@NullMarked
package dev.ferry.engine.checkpoint;

import org.jspecify.annotations.NullMarked;
