package dev.ferry.engine.checkpoint;

import dev.ferry.criu.archive.CheckpointDirectory;
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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes or undoes what an engine was in the middle of when it died. A CRIU that has lost its engine gives up by itself: it is waited
 * for, on the container's lane, while the engine already answers.
 */
public final class CheckpointRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointRecovery.class);
    private static final Duration CRIU_GIVES_UP = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(20);

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
            case Passage.Restoring restoring -> undoRestore(container, record);
        }
    }

    private void undoDump(Container container, ContainerRecord record, Passage.Dumping dumping) throws IOException {
        Path path = Path.of(dumping.directory());
        CheckpointDirectory directory = CheckpointDirectory.of(path);
        if (Files.exists(path) && !directory.isCommitted()) {
            directory.delete();
        }
        runOn(container, record);
    }

    private void finishDump(Container container, ContainerRecord record, Passage.Dumped dumped)
            throws IOException, InterruptedException {
        ContainerProcess process = launcher.adopt(container.incarnation(record.incarnation()), container.log());
        Optional<ExitRecord> exit = dumped.leaveRunning() ? Optional.empty() : awaitExit(process);
        if (exit.isPresent()) {
            container.hold(process);
            life.checkpointed(container, exit.get());
            return;
        }
        // CRIU never got the answer: the container and the checkpoint both exist
        process.close();
        runOn(container, record);
    }

    private void undoRestore(Container container, ContainerRecord record) throws IOException, InterruptedException {
        Path incarnation = container.incarnation(record.incarnation());
        if (Files.exists(incarnation.resolve("monitor.json"))) {
            ContainerProcess process = launcher.adopt(incarnation, container.log());
            if (awaitExit(process).isEmpty()
                    && process.status() instanceof dev.ferry.runtime.container.Status.Running) {
                container.hold(process);
                life.begin(container, process, record.withPassage(null), "start");
                return;
            }
            process.close();
        }
        incarnations.release(record);
        container.settle(record.withPassage(null).withStatus(was(record)));
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

    private static Optional<ExitRecord> awaitExit(ContainerProcess process) throws InterruptedException {
        Instant deadline = Instant.now().plus(CRIU_GIVES_UP);
        while (process.exit().isEmpty() && Instant.now().isBefore(deadline)) {
            Thread.sleep(LOOK);
        }
        return process.exit();
    }
}
