package dev.ferry.engine.checkpoint;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.FrozenWork;
import dev.ferry.criu.checkpoint.Verifying;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.store.snapshot.SnapshotException;
import dev.ferry.store.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** What containers have written, on its way into checkpoints and back. */
public final class WritableLayers {
    private final Incarnations incarnations;
    private final Snapshotter snapshots;

    /** From its parts. */
    public WritableLayers(Incarnations incarnations, Snapshotter snapshots) {
        this.incarnations = incarnations;
        this.snapshots = snapshots;
    }

    /** Saves what a container has written, while it stands still. */
    public FrozenWork save(ContainerRecord record) {
        return directory -> {
            try {
                snapshots.writeDelta(
                        record.id().text(),
                        directory.file(CheckpointDirectory.ROOTFS_DIFF),
                        directory.file(CheckpointDirectory.DELETED_FILES));
            } catch (SnapshotException e) {
                throw new IOException(e.getMessage(), e);
            }
        };
    }

    /**
     * The files of the container as they were at the dump. Verified first: what is damaged replaces nothing. It does not wait for the verdict
     * on everything; these two files are looked at twice.
     */
    void bringBack(ContainerRecord record, Verifying verifying) throws CriuException, IOException, SnapshotException {
        CheckpointDirectory directory = verifying.checkpoint();
        try {
            directory.verifyOnly(
                    verifying.manifest(), Set.of(CheckpointDirectory.ROOTFS_DIFF, CheckpointDirectory.DELETED_FILES));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the checkpoint was verified", e);
        }
        Path delta = directory.file(CheckpointDirectory.ROOTFS_DIFF);
        if (!Files.exists(delta)) {
            throw new CheckpointDamaged(directory.path(), CheckpointDirectory.ROOTFS_DIFF, "is missing");
        }
        incarnations.root(record);
        snapshots.applyDelta(record.id().text(), delta, directory.file(CheckpointDirectory.DELETED_FILES));
    }
}
