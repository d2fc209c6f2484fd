package dev.ferry.store.snapshot;

import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.store.content.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes root file systems from layers, without copying them, and keeps what containers write.
 *
 * <p>A <b>layer</b> is named by its diff id, the digest of its uncompressed tar. It is unpacked once, from the content store,
 * and never changes. A <b>key</b> (a container's id) names one writable layer on top of a list of layers. The kernel joins them
 * when the container's init mounts the {@link RootFilesystem}; nothing is mounted on the host.
 *
 * <pre>{@code
 * snapshots.unpack(image.diffIds());                               // after load or import: the slow part, once
 * RootFilesystem.Overlay root = snapshots.prepare(id, image.diffIds());
 * … the container runs, writes, ends …
 * snapshots.writeDelta(id, tar, deleted);                          // what it wrote, for a checkpoint
 * snapshots.remove(id);
 *
 * snapshots.prepare(other, image.diffIds());
 * snapshots.applyDelta(other, tar, deleted);                       // the same files elsewhere
 * snapshots.keepDelta(other);                                      // they are good: what was there before may go
 * }</pre>
 *
 * <p>A crash between any two steps leaves a layer, a key or a delta either as it was or complete; what a crash leaves behind
 * is removed when the snapshotter is opened again. Methods about different keys may run at the same time; the caller puts
 * those about one key in order.
 */
public interface Snapshotter {

    /**
     * Unpacks those layers that are not unpacked yet.
     *
     * @throws SnapshotException.LayerRefused when a layer's tar is damaged, leaves its directory, or exceeds the limits
     * @throws dev.ferry.store.content.NoSuchContent when a layer's tar is not stored
     */
    void unpack(List<Digest> diffIds) throws SnapshotException, IOException;

    /**
     * Makes an empty writable layer above {@code diffIds} (lowest first), unpacking what is missing. Asked again for a key that
     * exists it answers the same and keeps what was written.
     *
     * @throws SnapshotException.KeyInUse when the key exists with other layers
     */
    RootFilesystem.Overlay prepare(String key, List<Digest> diffIds) throws SnapshotException, IOException;

    /** The root file system of a key that exists. */
    Optional<RootFilesystem.Overlay> find(String key) throws SnapshotException, IOException;

    /** All keys, in no order. */
    Set<String> keys() throws IOException;

    /** Deletes a key with everything written under it. Does nothing if there is none. Preconditions: nothing has it mounted. */
    void remove(String key) throws SnapshotException, IOException;

    /**
     * Writes what the container added or changed as a tar, and what it deleted as a JSON array of absolute paths. The files are
     * complete but not forced to the disk: the container is frozen meanwhile, and whoever commits the checkpoint does that
     * after it runs again. Preconditions: nobody writes to the layer.
     */
    void writeDelta(String key, Path tar, Path deleted) throws SnapshotException, IOException;

    /**
     * Replaces everything in a key's writable layer by a delta, in one step. The two files are untrusted: nothing outside the
     * layer is touched, whatever they say. What was in the layer is put aside until the caller says {@link #keepDelta} or
     * {@link #undoDelta}; an undecided delta is undone by the next one. Preconditions: nothing has the key mounted.
     *
     * @throws SnapshotException.DeltaRefused when they are damaged, leave the layer or exceed the limits; nothing is changed
     */
    void applyDelta(String key, Path tar, Path deleted) throws SnapshotException, IOException;

    /** Deletes what {@link #applyDelta} put aside. Does nothing if there is nothing aside. */
    void keepDelta(String key) throws IOException;

    /**
     * Brings back what {@link #applyDelta} put aside. Does nothing if there is nothing aside. Preconditions: nothing has the key
     * mounted.
     */
    void undoDelta(String key) throws IOException;

    /** Bytes of the files in a key's writable layer. */
    long size(String key) throws SnapshotException, IOException;

    /**
     * Deletes unpacked layers that are neither in {@code keep} nor below any key.
     *
     * @return the layers deleted
     */
    Set<Digest> removeLayers(Set<Digest> keep) throws SnapshotException, IOException;
}
