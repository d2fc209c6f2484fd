/**
 * Named volumes: directories of the engine's own that outlive containers.
 *
 * <p>Begin with {@link dev.ferry.engine.volume.VolumeService}. Knows nothing of containers but who uses a volume, which it asks.
 */
@NullMarked
package dev.ferry.engine.volume;

import org.jspecify.annotations.NullMarked;
