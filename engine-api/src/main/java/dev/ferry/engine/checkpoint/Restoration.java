package dev.ferry.engine.checkpoint;

import dev.ferry.criu.CriuException;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.checkpoint.Phase;
import dev.ferry.criu.checkpoint.PhaseListener;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.RestoreReport;
import dev.ferry.criu.checkpoint.RestoreRequest;
import dev.ferry.criu.checkpoint.RestoredContainer;
import dev.ferry.criu.checkpoint.Verifying;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.Status;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.time.Instant;

/** Brings a container back from files, here or from elsewhere. Everything happens on the container's lane. */
public final class Restoration {
    /** The point from which a packet finds the sockets that it is for; one that came earlier would be answered with a reset. */
    private static final String NETWORK_UNLOCK = "NetworkUnlock";

    private final Incarnations incarnations;
    private final LifeCycle life;
    private final WritableLayers layers;
    private final CheckpointService.CriuSource criu;
    private final StepListener steps;

    /**
     * From its parts.
     *
     * @param steps is told of every point at which this engine may die
     */
    public Restoration(
            Incarnations incarnations,
            LifeCycle life,
            WritableLayers layers,
            CheckpointService.CriuSource criu,
            StepListener steps) {
        this.incarnations = incarnations;
        this.life = life;
        this.layers = layers;
        this.criu = criu;
        this.steps = steps;
    }

    /** Is passed when every process is in place and none runs; an exception there takes everything back. */
    @FunctionalInterface
    public interface Gate {
        /** Lets everybody through. */
        Gate OPEN = () -> {};

        void pass() throws IOException;
    }

    /**
     * Restores. When it returns the container runs; when it throws it is what it was before, and the checkpoint is unharmed.
     *
     * @param next the container's record with the new incarnation
     */
    public RestoreReport run(
            Container container, ContainerRecord next, Verifying verifying, RestoreOptions options, Gate gate)
            throws CriuException, SnapshotException, IOException {
        ContainerRecord before = container.record();
        boolean done = false;
        try {
            Checkpointer checkpointer = criu.checkpointer();
            steps.before("note the restore");
            container.write(next);
            steps.before("bring the writable layer back");
            layers.bringBack(before, verifying);
            steps.before("prepare the incarnation");
            Incarnations.Ground ground = incarnations.prepareRestore(container, next);
            RestoredContainer restored = checkpointer.restore(new RestoreRequest(
                    before.id().text(),
                    verifying,
                    ground.directory(),
                    ground.log(),
                    ground.spec(),
                    ground.root(),
                    ground.network(),
                    ground.cgroup(),
                    options,
                    new Listener(container, next, gate)));
            done = true;
            ContainerProcess process = restored.process();
            container.hold(process);
            steps.before("let go of the former writable layer");
            incarnations.keepDelta(next);
            steps.before("note the end of the restore");
            life.restored(container, process);
            return restored.report();
        } finally {
            if (!done) {
                abandon(container, before);
            }
        }
    }

    /** Nothing of the attempt runs: the container is what it was before, and the checkpoint can be tried again. */
    private void abandon(Container container, ContainerRecord before) {
        ContainerRecord now = container.record();
        container.hold(null);
        if (now.incarnation() != before.incarnation()) {
            incarnations.end(now);
            incarnations.release(now);
            incarnations.undoDelta(now);
        }
        container.settle(now.withPassage(null).withStatus(before.status()));
    }

    /** Writes down how far a restore has come. */
    private final class Listener implements PhaseListener {
        private final Container container;
        private final ContainerRecord next;
        private final Gate gate;

        Listener(Container container, ContainerRecord next, Gate gate) {
            this.container = container;
            this.next = next;
            this.gate = gate;
        }

        /**
         * The last phase keeps the passage: CRIU has not been answered, and a new engine has to see whether it was before it takes
         * the container for running.
         */
        @Override
        public void entering(Phase phase) throws IOException {
            steps.before("enter " + phase.getClass().getSimpleName());
            if (phase instanceof Phase.Restored restored) {
                container.write(next.withStatus(new Status.Running(Instant.now(), restored.initPid())));
                gate.pass();
            }
            steps.before("go on after " + phase.getClass().getSimpleName());
        }

        @Override
        public void passing(String point) throws IOException {
            steps.before(point);
            if (point.equals(NETWORK_UNLOCK)) {
                incarnations.connect(next);
            }
        }
    }
}
