/**
 * Tar files of strangers, read within limits.
 *
 * <p>Begin with {@link dev.ferry.store.archive.TarSource}. Used by images (what is loaded) and snapshots (what is unpacked);
 * knows neither. Nothing here touches the file system: it bounds what a hostile archive may cost, and says which names in it
 * could ever be inside a directory.
 */
@NullMarked
package dev.ferry.store.archive;

import org.jspecify.annotations.NullMarked;
