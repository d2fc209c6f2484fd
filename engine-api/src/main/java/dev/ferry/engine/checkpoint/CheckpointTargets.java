package dev.ferry.engine.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.Phase;
import dev.ferry.runtime.cgroup.Cgroup;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.mount.RootFilesystem;
import dev.ferry.runtime.oci.Spec;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Containers as far as checkpoints need them. */
public interface CheckpointTargets {
    /**
     * The container that a client means by an id, the start of one, or a name.
     *
     * @throws dev.ferry.engine.error.NotFound with docker's words
     */
    Target find(String reference);

    /** One container. Everything that changes it is called on its lane. */
    interface Target {
        String id();

        /** Without a slash. */
        String name();

        /** Where its checkpoints are unless somebody names another place. */
        Path checkpoints();

        /** Runs work on the container's lane and hands on what it throws unchecked. */
        <T> T onLane(Callable<T> work) throws InterruptedException;

        /**
         * What a dump needs. Preconditions: on the lane.
         *
         * @throws dev.ferry.engine.error.Conflict if it does not run
         */
        Running running();

        /** Writes what the container has changed of its files; called while it is frozen. */
        void writeDelta(Path tar, Path deleted) throws SnapshotException, IOException;

        /**
         * Writes down how far a checkpoint or restore has come, before it goes on. Preconditions: on the lane.
         *
         * @throws IOException if it can not be made durable: then the operation is called off
         */
        void entering(Phase phase, Passing passing) throws IOException;

        /** The checkpoint is over, made or not; the container is as its processes say. Preconditions: on the lane. */
        void settled();

        /**
         * Makes what a restored container runs in: a new incarnation's directory, its cgroup, its network namespace, and its files as
         * they were at the checkpoint. Preconditions: on the lane.
         *
         * @throws dev.ferry.engine.error.Conflict if it runs already
         */
        Prepared prepare(Passing passing, CheckpointDirectory checkpoint) throws IOException;

        /** Takes over a container that runs again. Preconditions: on the lane. */
        void restored(ContainerProcess process, Passing passing);

        /** Takes away what {@link #prepare} has made. Preconditions: on the lane. */
        void unprepare(Prepared prepared);
    }

    /** Which checkpoint an operation is about. */
    record Passing(String checkpoint, Path directory, boolean leaveRunning) {}

    /**
     * A running container.
     *
     * @param record the engine's own record of it as JSON, kept in the checkpoint
     */
    record Running(ContainerProcess process, Spec spec, Cgroup cgroup, String record) {}

    /**
     * A place for a restored container.
     *
     * @param directory of the incarnation
     * @param log where its output goes on
     */
    record Prepared(Path directory, Path log, Spec spec, RootFilesystem root, Optional<Path> network, Cgroup cgroup) {}
}
