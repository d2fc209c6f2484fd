/**
 * Checkpoint and restore of one container on one host.
 *
 * <p>Begin with {@link dev.ferry.criu.checkpoint.Checkpointer}. Knows monitors' containers, CRIU and control groups; knows nothing of images, of
 * HTTP, of other hosts. The <i>commit point</i> of a checkpoint is the answer to CRIU's post-dump notification, that of a restore the
 * answer to post-restore: before it everything can be taken back, after it nothing. A {@link dev.ferry.criu.checkpoint.Phase} is told to the
 * listener before it begins, so that whoever starts after a crash knows which side of the commit point it is on.
 */
@NullMarked
package dev.ferry.criu.checkpoint;

import org.jspecify.annotations.NullMarked;
