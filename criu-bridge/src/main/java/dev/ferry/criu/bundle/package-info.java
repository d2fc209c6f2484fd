/**
 * The verbs {@code checkpoint} and {@code restore} of the OCI runtime: CRIU for containers that have no monitor.
 *
 * <p>Begin with {@link dev.ferry.criu.bundle.CriuCheckpoints}. What is written is what runc writes, a bare directory of CRIU's images, since
 * engines pack and carry such directories; Ferry's own checkpoints, with their manifest and sums, are those of
 * {@link dev.ferry.criu.checkpoint}.
 */
@NullMarked
package dev.ferry.criu.bundle;

import org.jspecify.annotations.NullMarked;
