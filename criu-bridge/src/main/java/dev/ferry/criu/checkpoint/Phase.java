package dev.ferry.criu.checkpoint;

/**
 * How far a checkpoint or restore has come. What a restarted engine must conclude from the last phase it finds on its disk, once
 * {@link AbandonedCriu#awaitEnd the dead engine's CRIU is gone}:
 *
 * <ul>
 *   <li>{@link Dumping}: the container runs on, and a checkpoint's directory without a manifest is rubbish;
 *   <li>{@link Dumped}: the checkpoint is complete. If the container is gone, that is its doing and no death; if it still runs, CRIU was never
 *       answered and both exist;
 *   <li>{@link Restoring}, {@link Restored}: look at the monitor: an exit record means that the restore failed, else its only child is
 *       init and runs.
 * </ul>
 */
public sealed interface Phase {
    /** CRIU is about to freeze the container. */
    record Dumping() implements Phase {}

    /** The checkpoint is complete and durable; CRIU is about to be told to end the container, or to let it run on. */
    record Dumped() implements Phase {}

    /** CRIU is about to make processes. */
    record Restoring() implements Phase {}

    /** Every process is in place and none runs; they are about to be let go. */
    record Restored(int initPid) implements Phase {}
}
