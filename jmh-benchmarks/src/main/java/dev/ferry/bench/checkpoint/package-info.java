/**
 * What checkpoint and restore cost beside CRIU alone.
 *
 * <p>Begin with {@link dev.ferry.bench.checkpoint.CheckpointCommand}. One container holds the memory; Ferry and a bare CRIU dump that
 * same container in turns, with the same options.
 */
@NullMarked
package dev.ferry.bench.checkpoint;

import org.jspecify.annotations.NullMarked;
