/**
 * What two engines say to each other while a container moves, and how that becomes bytes.
 *
 * <p>Begin with {@link dev.ferry.migration.protocol.Request}. A request is answered by one {@link dev.ferry.migration.protocol.Reply}, and
 * may be asked again after a cut: the answer is the same. Bytes of files go beside the requests, as {@link dev.ferry.migration.protocol.Chunk}s.
 * Knows nothing of containers' insides: a container's record and a checkpoint's manifest are opaque text here.
 */
@NullMarked
package dev.ferry.migration.protocol;

import org.jspecify.annotations.NullMarked;
