/**
 * Files of a container, which may be running and hostile: read out as a tar, written from one, looked at.
 *
 * <p>Begin with {@link dev.ferry.store.files.ContainedTree}. The container may exchange any name for a link at any moment, so a name is
 * looked up once, by a call that cannot leave the container, and from then on a descriptor is used. Whoever has a fresh directory that
 * nobody else writes to uses {@code snapshot} instead.
 */
@NullMarked
package dev.ferry.store.files;

import org.jspecify.annotations.NullMarked;
