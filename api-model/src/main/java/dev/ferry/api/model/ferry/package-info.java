/**
 * Ferry's own resources under {@code /ferry/v1}: what the Docker API has no words for.
 *
 * <p>Begin with {@link CheckpointDetail}. Names are camel case here, times are microseconds, sizes are bytes. Shared by engine and command line only.
 */
@NullMarked
package dev.ferry.api.model.ferry;

import org.jspecify.annotations.NullMarked;
