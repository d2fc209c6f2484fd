/**
 * Endpoints of checkpoints: docker's three, and Ferry's own resources below {@code /ferry/v1}.
 *
 * <p>Begin with {@link dev.ferry.engine.http.checkpoint.CheckpointRoutes}. Thin; the behaviour is in {@code engine.checkpoint}.
 */
@NullMarked
package dev.ferry.engine.http.checkpoint;

import org.jspecify.annotations.NullMarked;
