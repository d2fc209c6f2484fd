/**
 * A checkpoint on disk: which files it has, what each must contain, and where it can be restored.
 *
 * <p>Begin with {@link dev.ferry.criu.archive.CheckpointDirectory}. Knows files and digests; knows nothing of CRIU's processes. The names of the
 * files are the ones that Podman and checkpointctl read ({@code config.dump}, {@code spec.dump}, {@code rootfs-diff.tar},
 * {@code deleted.files}, {@code checkpoint/}); {@code manifest.json} is ours. A checkpoint without a manifest does not exist: the manifest is
 * written last, atomically, and names every other file with its size and digest. <i>Facts</i> are what must hold where it is restored.
 */
@NullMarked
package dev.ferry.criu.archive;

import org.jspecify.annotations.NullMarked;
