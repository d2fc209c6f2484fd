/**
 * HTTP in front of checkpoints: the three calls of the Docker API and Ferry's own.
 *
 * <p>Begin with {@link CheckpointRoutes}. Thin: reads a request, calls the service, writes the answer.
 */
@NullMarked
package dev.ferry.engine.http.checkpoint;

import org.jspecify.annotations.NullMarked;
