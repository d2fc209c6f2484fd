/**
 * Mounts: what is mounted where, what a container's root is made of, and how mount options become flags.
 *
 * <p>Begin with {@link dev.ferry.runtime.mount.RootFilesystem}. Used by snapshotters and by whoever writes the program that
 * mounts; mounts nothing itself. Knows the OCI records and the kernel's tables, nothing of images or of containers' lives.
 */
@NullMarked
package dev.ferry.runtime.mount;

import org.jspecify.annotations.NullMarked;
