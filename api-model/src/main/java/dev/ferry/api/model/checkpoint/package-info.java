/**
 * The three checkpoint calls of the Docker API.
 *
 * <p>Begin with {@link CheckpointCreateRequest}. They are outside the published description; Ferry's own, richer records are in {@code model.ferry}.
 */
@NullMarked
package dev.ferry.api.model.checkpoint;

import org.jspecify.annotations.NullMarked;
