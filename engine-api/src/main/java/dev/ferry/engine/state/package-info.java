/**
 * Records that survive a crash: one JSON file each, replaced atomically, with a format version.
 *
 * <p>Begin with {@link dev.ferry.engine.state.StateFile}. A file is written beside its name, flushed to the disk, renamed over
 * the old one, and the directory is flushed: a reader sees the old record or the new one, never half of either.
 *
 * <p>Knows nothing of containers. A <i>torn</i> file is one that is no valid record; a <i>newer</i> one comes from a later
 * Ferry. Neither is ever rewritten: the owner decides what to do without it.
 */
@NullMarked
package dev.ferry.engine.state;

import org.jspecify.annotations.NullMarked;
