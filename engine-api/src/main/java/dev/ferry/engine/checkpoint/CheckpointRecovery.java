package dev.ferry.engine.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.AbandonedCriu;
import dev.ferry.engine.container.Adoption;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.Passage;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.EngineException;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.container.ContainerProcess;
import dev.ferry.runtime.container.ExitRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes or undoes what an engine was in the middle of when it died. A CRIU that has lost its engine gives up by itself: it is waited
 * for, on the container's lane, while the engine already answers.
 */
public final class CheckpointRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointRecovery.class);
    /** CRIU looks for its engine when it has copied or made everything, however much that is. */
    private static final Duration CRIU_GIVES_UP = Duration.ofSeconds(60);

    private static final int SIGKILL = 9;

    /** From a signal, or from the end of CRIU, to the monitor's record of it. */
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(3);

    private final ContainerLauncher launcher;
    private final LifeCycle life;
    private final Incarnations incarnations;
    private final Adoption adoption;

    /** From its parts. */
    public CheckpointRecovery(
            ContainerLauncher launcher, LifeCycle life, Incarnations incarnations, Adoption adoption) {
        this.launcher = launcher;
        this.life = life;
        this.incarnations = incarnations;
        this.adoption = adoption;
    }

    /** Puts the work onto the containers' lanes and returns. */
    public void resolve(List<Container> interrupted) {
        for (Container container : interrupted) {
            container.lane().post(() -> {
                try {
                    resolve(container);
                } catch (EngineException | IOException e) {
                    LOG.error("container {}: interrupted checkpoint or restore: {}", container.id(), e.getMessage(), e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    private void resolve(Container container) throws IOException, InterruptedException {
        ContainerRecord record = container.record();
        switch (record.passage()) {
            case null -> adoption.adopt(container, record);
            case Passage.Dumping dumping -> undoDump(container, record, dumping);
            case Passage.Dumped dumped -> finishDump(container, record, dumped);
            case Passage.Restoring restoring -> undoRestore(container);
        }
    }

    private void undoDump(Container container, ContainerRecord record, Passage.Dumping dumping) throws IOException {
        awaitCriu(container, record);
        CheckpointDirectory directory = CheckpointDirectory.of(Path.of(dumping.directory()));
        if (!directory.isCommitted()) {
            try {
                directory.delete();
            } catch (IOException e) {
                LOG.warn("unfinished checkpoint \"{}\" stays behind, delete it: {}", directory, e.getMessage());
            }
        }
        runOn(container, record);
    }

    private void finishDump(Container container, ContainerRecord record, Passage.Dumped dumped)
            throws IOException, InterruptedException {
        boolean whole = awaitCriu(container, record);
        if (!dumped.leaveRunning()) {
            ContainerProcess process = launcher.adopt(container.incarnation(record.incarnation()), container.log());
            if (ends(process, whole)) {
                container.hold(process);
                life.checkpointed(container, process.awaitExit());
                return;
            }
            process.close();
        }
        // CRIU never got the answer: the container and the checkpoint both exist
        runOn(container, record);
    }

    private void undoRestore(Container container) throws IOException, InterruptedException {
        if (survived(container)) {
            return;
        }
        takeBack(container);
    }

    /**
     * Looks whether a restore that the engine died over has come through, and takes the container over if it has. Preconditions: on the
     * lane.
     */
    public boolean survived(Container container) throws IOException, InterruptedException {
        ContainerRecord record = container.record();
        boolean whole = awaitCriu(container, record);
        Path incarnation = container.incarnation(record.incarnation());
        if (!Files.exists(incarnation.resolve("monitor.json"))) {
            return false;
        }
        // without CRIU the monitor has init for a child or ends
        ContainerProcess process = launcher.adopt(incarnation, container.log());
        if (!whole) {
            process.signal(SIGKILL);
        }
        if (!ends(process, whole)) {
            container.hold(process);
            incarnations.keepDelta(record);
            life.restored(container, process);
            return true;
        }
        process.close();
        return false;
    }

    /**
     * Whether a container goes with its CRIU. One that has ended by itself has sent SIGKILL to whatever it wanted gone, so what lives then
     * and has no such signal before it lives on. For one that was killed, and where nobody has noted who init is, only time tells.
     */
    private static boolean ends(ContainerProcess process, boolean whole) throws InterruptedException {
        boolean known = process.initPid() != 0;
        if (whole && known && !process.isEnding()) {
            return false;
        }
        return process.endsWithin(ENDS_WITHIN) || (known && process.isEnding());
    }

    /** Takes away what a restore that came to nothing has left. Preconditions: on the lane; nothing of it runs for good. */
    public void takeBack(Container container) {
        ContainerRecord record = container.record();
        if (record.incarnation() > 0) {
            incarnations.end(record);
            incarnations.release(record);
            incarnations.undoDelta(record);
        }
        // not a death that a restart policy may answer, nor an end after which it may be removed with its checkpoint
        container.settle(record.withPassage(null).withStoppedByUser(true).withStatus(was(record)));
    }

    /** Waits until the CRIU of an interrupted restore is gone and takes away what it has made. Preconditions: on the lane. */
    public void abandonRestore(Container container) throws IOException {
        awaitCriu(container, container.record());
        takeBack(container);
    }

    /** Lets a container go on that the engine died over while it was being dumped. Preconditions: on the lane. */
    public void letRunOn(Container container) throws IOException {
        awaitCriu(container, container.record());
        runOn(container, container.record());
    }

    /** Ends a container whose dump counts, and notes that; also right when it has ended. Preconditions: on the lane. */
    public void end(Container container) throws IOException, InterruptedException {
        ContainerRecord record = container.record();
        awaitCriu(container, record);
        incarnations.end(record);
        ContainerProcess process = launcher.adopt(container.incarnation(record.incarnation()), container.log());
        container.hold(process);
        life.checkpointed(container, process.awaitExit());
    }

    private boolean awaitCriu(Container container, ContainerRecord record) throws IOException {
        return AbandonedCriu.awaitEnd(
                container.incarnation(record.incarnation()), CRIU_GIVES_UP, incarnations.cgroup(record)::thaw);
    }

    private void runOn(Container container, ContainerRecord record) throws IOException {
        // a CRIU that was killed has perhaps left the tasks frozen
        incarnations.cgroup(record).thaw();
        ContainerRecord free = record.withPassage(null);
        container.settle(free);
        adoption.adopt(container, free);
    }

    private static Status was(ContainerRecord record) {
        return record.status().isAlive()
                ? new Status.Exited(
                        ExitRecord.UNKNOWN_EXIT_CODE, Instant.now(), Instant.now(), false, "restore was interrupted")
                : record.status();
    }
}
