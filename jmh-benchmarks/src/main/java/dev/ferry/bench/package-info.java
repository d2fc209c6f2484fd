/**
 * Numbers: how long starts, checkpoints and restores take, beside other programs in the same run.
 *
 * <p>Begin with {@link dev.ferry.bench.Main}. May use every other module; nothing uses it.
 */
@NullMarked
package dev.ferry.bench;

import org.jspecify.annotations.NullMarked;
