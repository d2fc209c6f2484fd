package dev.ferry.criu.checkpoint;

import dev.ferry.criu.CheckpointDamaged;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.criu.archive.Uninterrupted;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint every byte of which is being compared with its manifest, on a thread of its own. A restore waits for the verdict before CRIU
 * is asked for anything; what has to be made ready before that goes on beside it. Closing waits for the thread.
 */
public final class Verifying implements AutoCloseable {
    private final CheckpointDirectory checkpoint;
    private final Manifest manifest;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile Duration took = Duration.ZERO;

    private Verifying(CheckpointDirectory checkpoint, Manifest manifest) {
        this.checkpoint = checkpoint;
        this.manifest = manifest;
        this.thread = Thread.ofPlatform()
                .name("verify-" + checkpoint.path().getFileName())
                .unstarted(this::verify);
    }

    /**
     * Reads the manifest and begins.
     *
     * @throws CriuException when there is no manifest that this version can read
     */
    public static Verifying start(CheckpointDirectory checkpoint) throws CriuException, IOException {
        Verifying verifying = new Verifying(checkpoint, checkpoint.manifest());
        verifying.thread.start();
        return verifying;
    }

    /**
     * One whose bytes were all compared with the manifest while they came, by this process; there is nothing left to wait for.
     *
     * @throws CriuException when there is no manifest that this version can read
     */
    public static Verifying already(CheckpointDirectory checkpoint) throws CriuException, IOException {
        return new Verifying(checkpoint, checkpoint.manifest());
    }

    private void verify() {
        long start = System.nanoTime();
        try {
            checkpoint.verify(manifest);
        } catch (Throwable e) {
            // whatever ended it, nobody may take it for a verdict
            failure = e;
        }
        took = Duration.ofNanos(System.nanoTime() - start);
    }

    /** What is verified. */
    public CheckpointDirectory checkpoint() {
        return checkpoint;
    }

    /** Its manifest. */
    public Manifest manifest() {
        return manifest;
    }

    /**
     * Waits for the verdict.
     *
     * @return how long it took
     * @throws CheckpointDamaged at the first difference
     */
    public Duration await() throws CheckpointDamaged, IOException {
        close();
        return switch (failure) {
            case null -> took;
            case CheckpointDamaged damaged -> throw damaged;
            case IOException io -> throw io;
            case Throwable other -> throw new IOException("the verification did not come to its end: " + other, other);
        };
    }

    @Override
    public void close() {
        Uninterrupted.join(thread);
    }
}
