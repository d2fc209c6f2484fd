package dev.ferry.engine.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ferry.api.model.ApiJson;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.CheckpointReport;
import dev.ferry.criu.checkpoint.CheckpointRequest;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.checkpoint.Phase;
import dev.ferry.criu.checkpoint.PhaseListener;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.RestoreReport;
import dev.ferry.criu.checkpoint.Verifying;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.LifeCycle;
import dev.ferry.engine.container.Passage;
import dev.ferry.engine.container.Verb;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.runtime.container.ExitRecord;
import dev.ferry.store.content.StepListener;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What clients may do with checkpoints. */
public final class CheckpointService {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final ContainerRegistry registry;
    private final Incarnations incarnations;
    private final LifeCycle life;
    private final WritableLayers layers;
    private final Restoration restoration;
    private final ContainerEvents events;
    private final CriuSource criu;
    private final StepListener steps;

    /** Gives the checkpointer, or says that this host has no CRIU. Asked each time: CRIU may be installed while the engine runs. */
    @FunctionalInterface
    public interface CriuSource {
        Checkpointer checkpointer() throws CriuException, IOException;
    }

    /**
     * From its parts.
     *
     * @param steps is told of every point at which this engine may die
     */
    public CheckpointService(
            ContainerRegistry registry,
            Incarnations incarnations,
            LifeCycle life,
            WritableLayers layers,
            Restoration restoration,
            ContainerEvents events,
            CriuSource criu,
            StepListener steps) {
        this.registry = registry;
        this.incarnations = incarnations;
        this.life = life;
        this.layers = layers;
        this.restoration = restoration;
        this.events = events;
        this.criu = criu;
        this.steps = steps;
    }

    /**
     * Takes a checkpoint.
     *
     * @param directory where, empty for the container's own place
     */
    public CheckpointDetail create(String reference, String name, String directory, CheckpointOptions options)
            throws InterruptedException {
        Container container = registry.find(reference);
        return container.lane().call(() -> createOnLane(container, checked(name), directory, options));
    }

    /** The names of a container's checkpoints. */
    public List<String> list(String reference, String directory) {
        Container container = registry.find(reference);
        Path place = place(container, directory);
        List<String> names = new ArrayList<>();
        if (!Files.isDirectory(place)) {
            return names;
        }
        try (var entries = Files.newDirectoryStream(place, Files::isDirectory)) {
            for (Path entry : entries) {
                if (isBeingMade(container, entry)) {
                    continue;
                }
                names.add(String.valueOf(entry.getFileName()));
            }
        } catch (IOException e) {
            throw new Failed("checkpoint.list", "cannot list checkpoints in \"" + place + "\": " + e.getMessage(), e);
        }
        names.sort(null);
        return names;
    }

    /** Deletes a checkpoint. */
    public void remove(String reference, String name, String directory) throws InterruptedException {
        Container container = registry.find(reference);
        container.lane().run(() -> {
            Path path = existing(container, name, directory);
            try {
                CheckpointDirectory.of(path).delete();
            } catch (IOException e) {
                throw new Failed(
                        "checkpoint.remove", "cannot delete checkpoint \"" + name + "\": " + e.getMessage(), e);
            }
        });
    }

    /** Brings a container back to a checkpoint. */
    public RestoreDetail restore(String reference, String name, String directory, RestoreOptions options)
            throws InterruptedException {
        Container container = registry.find(reference);
        return container.lane().call(() -> restoreOnLane(container, name, directory, options));
    }

    /** Everything about one checkpoint. */
    public CheckpointDetail inspect(String reference, String name) {
        Container container = registry.find(reference);
        Path path = existing(container, name, "");
        return CheckpointFacts.read(CheckpointDirectory.of(path), container.record());
    }

    private CheckpointDetail createOnLane(Container container, String name, String place, CheckpointOptions options) {
        ContainerRecord record = container.record();
        record.require(Verb.CHECKPOINT);
        Path path = place(container, place).resolve(name);
        if (Files.exists(path)) {
            throw new Conflict(
                    "checkpoint.name-taken",
                    "checkpoint with name " + name + " already exists for container " + record.name());
        }
        String what = "Cannot checkpoint container " + record.name();
        Passage.Dumping passage = new Passage.Dumping(name, path.toString(), options.leaveRunning());
        boolean done = false;
        try {
            Checkpointer checkpointer = criu.checkpointer();
            Files.createDirectories(place(container, place));
            steps.before("note the dump");
            life.hush(container);
            // before the directory exists: an unfinished one is nobody's checkpoint
            container.write(record.withPassage(passage));
            CheckpointReport report = checkpointer.checkpoint(new CheckpointRequest(
                    record.id().text(),
                    container.requireProcess(),
                    incarnations.spec(container),
                    incarnations.cgroup(record),
                    path,
                    json(record),
                    options,
                    layers.save(record),
                    new Dumping(container, passage)));
            done = true;
            steps.before("note the end of the dump");
            if (options.leaveRunning()) {
                container.settle(container.record().withPassage(null));
            } else {
                life.checkpointed(container, awaitEnd(container));
            }
            events.tell(record, "checkpoint", Map.of("checkpoint", name));
            steps.before("keep the figures");
            return CheckpointFacts.keep(report, record, options.leaveRunning());
        } catch (CriuException e) {
            throw CriuFailures.of(what, e);
        } catch (IOException e) {
            throw new Failed("checkpoint.io", what + ": " + e.getMessage(), e);
        } finally {
            if (!done) {
                container.settle(container.record().withPassage(null));
            }
        }
    }

    private RestoreDetail restoreOnLane(Container container, String name, String place, RestoreOptions options) {
        ContainerRecord before = container.record();
        before.require(Verb.RESTORE);
        Path path = existing(container, name, place);
        String what = "cannot restore container " + before.name() + " from checkpoint " + name;
        ContainerRecord next =
                before.withNextIncarnation(name).withPassage(new Passage.Restoring(name, path.toString()));
        try (Verifying verifying = Verifying.start(CheckpointDirectory.of(path))) {
            RestoreReport report = restoration.run(container, next, verifying, options, Restoration.Gate.OPEN);
            return new RestoreDetail(
                    before.id().text(),
                    name,
                    container.requireProcess().initPid(),
                    micros(report.verified()),
                    micros(report.criu()),
                    micros(report.total()));
        } catch (CriuException e) {
            throw CriuFailures.of(what, e);
        } catch (SnapshotException e) {
            throw new Failed(e.code(), what + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new Failed("restore.io", what + ": " + e.getMessage(), e);
        }
    }

    /** Writes down how far a dump has come. */
    private final class Dumping implements PhaseListener {
        private final Container container;
        private final Passage.Dumping passage;

        Dumping(Container container, Passage.Dumping passage) {
            this.container = container;
            this.passage = passage;
        }

        @Override
        public void entering(Phase phase) throws IOException {
            steps.before("enter " + phase.getClass().getSimpleName());
            switch (phase) {
                case Phase.Dumping noted -> {
                    // before the directory was made
                }
                case Phase.Dumped committed -> noteCommit();
                case Phase.Restoring never -> throw new AssertionError("a dump restores nothing: " + never);
                case Phase.Restored never -> throw new AssertionError("a dump restores nothing: " + never);
            }
            steps.before("go on after " + phase.getClass().getSimpleName());
        }

        private void noteCommit() {
            ContainerRecord dumped = container
                    .record()
                    .withPassage(new Passage.Dumped(passage.checkpoint(), passage.directory(), passage.leaveRunning()));
            if (passage.leaveRunning()) {
                // nothing hangs on it: the checkpoint is complete, and the container runs on whatever is written
                container.settle(dumped);
            } else {
                container.write(dumped);
            }
        }

        @Override
        public void passing(String point) throws IOException {
            steps.before(point);
        }
    }

    private static ExitRecord awaitEnd(Container container) throws IOException {
        try {
            return container.requireProcess().awaitExit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the container ended", e);
        }
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequest(
                    "checkpoint.name",
                    "Invalid checkpoint ID (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        return name;
    }

    /** Where checkpoints lie: the container's own place, or below a directory that the caller names. */
    private static Path place(Container container, String directory) {
        if (directory.isEmpty()) {
            return container.checkpoints();
        }
        Path path = Path.of(directory);
        if (!path.isAbsolute()) {
            throw new InvalidRequest(
                    "checkpoint.directory", "checkpoint directory \"" + directory + "\" must be an absolute path");
        }
        return path.resolve(container.id().text()).resolve("checkpoints");
    }

    private static boolean isBeingMade(Container container, Path directory) {
        return container.record().passage() instanceof Passage.Dumping dumping
                && dumping.directory().equals(directory.toString());
    }

    private static Path existing(Container container, String name, String directory) {
        Path path = place(container, directory).resolve(checked(name));
        if (!Files.isDirectory(path)) {
            throw new NotFound(
                    "checkpoint.missing",
                    "checkpoint " + name + " does not exist for container "
                            + container.record().name());
        }
        return path;
    }

    private static String json(ContainerRecord record) {
        try {
            return ApiJson.mapper().writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for a container's record", e);
        }
    }
}
