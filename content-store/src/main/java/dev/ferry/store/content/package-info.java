/**
 * Blobs by digest, written once, and the few rules by which files of state survive a crash.
 *
 * <p>Begin with {@link dev.ferry.store.content.ContentStore}. Everything above (images, snapshots, checkpoints) may call it;
 * it knows nothing of what the bytes mean. Words: a <i>blob</i> is a file named by the digest of its bytes; an <i>ingest</i>
 * is a blob being written; a <i>lease</i> keeps blobs from being collected until something on disk refers to them; <i>state</i>
 * is a small JSON file with a version that is replaced as a whole.
 */
@NullMarked
package dev.ferry.store.content;

import org.jspecify.annotations.NullMarked;
