package dev.ferry.engine.checkpoint;

import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.criu.CriuException;
import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.CheckpointReport;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.criu.checkpoint.RestoreRequest;
import dev.ferry.criu.checkpoint.RestoredContainer;
import dev.ferry.engine.checkpoint.CheckpointTargets.Passing;
import dev.ferry.engine.checkpoint.CheckpointTargets.Prepared;
import dev.ferry.engine.checkpoint.CheckpointTargets.Running;
import dev.ferry.engine.checkpoint.CheckpointTargets.Target;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.event.EventBus;
import dev.ferry.store.snapshot.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checkpoints of containers. Each operation runs on the container's lane: it can not meet a start, a stop or a removal.
 *
 * <p>A checkpoint is a directory named like it, in the container's own place or in one that the client names.
 */
public final class CheckpointService {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final CheckpointTargets targets;
    private final CheckpointerSource source;
    private final EventBus events;

    public CheckpointService(CheckpointTargets targets, CheckpointerSource source, EventBus events) {
        this.targets = targets;
        this.source = source;
        this.events = events;
    }

    /**
     * Takes a checkpoint of a running container.
     *
     * @param place where the checkpoint's directory is made; empty for the container's own place
     */
    public CheckpointDetail create(String container, CheckpointRequest request, String place)
            throws InterruptedException {
        Target target = targets.find(container);
        Passing passing = passing(target, request.name(), place, request.leaveRunning());
        CheckpointDetail detail = target.onLane(() -> dump(target, request, passing));
        publish(target, "checkpoint", request.name());
        return detail;
    }

    /** Those that are complete, oldest first. */
    public List<CheckpointDetail> list(String container, String place) {
        Target target = targets.find(container);
        Path directory = place(target, place);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory)
                    .map(CheckpointDirectory::of)
                    .filter(CheckpointDirectory::isCommitted)
                    .map(checkpoint -> CheckpointFacts.read(checkpoint, target))
                    .sorted(java.util.Comparator.comparing(CheckpointDetail::created))
                    .toList();
        } catch (IOException e) {
            throw new Failed("checkpoint.list", "cannot read \"" + directory + "\": " + e.getMessage(), e);
        }
    }

    /** One by its name. */
    public CheckpointDetail inspect(String container, String name, String place) {
        Target target = targets.find(container);
        return CheckpointFacts.read(existing(target, passing(target, name, place, false)), target);
    }

    /** Removes one. */
    public void remove(String container, String name, String place) throws InterruptedException {
        Target target = targets.find(container);
        Passing passing = passing(target, name, place, false);
        target.onLane(() -> {
            CheckpointDirectory checkpoint = existing(target, passing);
            try {
                checkpoint.delete();
                return checkpoint;
            } catch (IOException e) {
                throw new Failed(
                        "checkpoint.remove", "cannot remove checkpoint \"" + name + "\": " + e.getMessage(), e);
            }
        });
    }

    /** Lets a container that does not run go on from a checkpoint. */
    public RestoreDetail restore(String container, dev.ferry.api.model.ferry.RestoreRequest request, String place)
            throws InterruptedException {
        Target target = targets.find(container);
        Passing passing = passing(target, request.checkpoint(), place, false);
        RestoreDetail detail = target.onLane(() -> bringBack(target, passing));
        publish(target, "start", request.checkpoint());
        return detail;
    }

    private CheckpointDetail dump(Target target, CheckpointRequest request, Passing passing) {
        Running running = target.running();
        if (Files.exists(passing.directory())) {
            throw new Conflict(
                    "checkpoint.exists",
                    "checkpoint with name " + passing.checkpoint() + " already exists for container " + target.name());
        }
        CheckpointOptions options = CheckpointOptions.DEFAULT
                .withLeaveRunning(request.leaveRunning())
                .withTcpEstablished(request.tcpEstablished())
                .withFileLocks(request.fileLocks() || CheckpointOptions.DEFAULT.fileLocks());
        try {
            Files.createDirectories(passing.directory().toAbsolutePath().resolve(".."));
            CheckpointReport report = source.checkpointer()
                    .checkpoint(new dev.ferry.criu.checkpoint.CheckpointRequest(
                            target.id(),
                            running.process(),
                            running.spec(),
                            running.cgroup(),
                            passing.directory(),
                            running.record(),
                            options,
                            directory -> saveFiles(target, directory),
                            phase -> target.entering(phase, passing)));
            return CheckpointFacts.keep(report, target, request.leaveRunning());
        } catch (CriuException e) {
            throw CheckpointFailures.of(e);
        } catch (IOException e) {
            throw new Failed(
                    "checkpoint.io",
                    "checkpoint \"" + passing.checkpoint() + "\" could not be written, the container runs on: "
                            + e.getMessage(),
                    e);
        } finally {
            target.settled();
        }
    }

    private static void saveFiles(Target target, CheckpointDirectory directory) throws IOException {
        try {
            target.writeDelta(
                    directory.file(CheckpointDirectory.ROOTFS_DIFF), directory.file(CheckpointDirectory.DELETED_FILES));
        } catch (SnapshotException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private RestoreDetail bringBack(Target target, Passing passing) {
        CheckpointDirectory checkpoint = existing(target, passing);
        Prepared prepared;
        try {
            prepared = target.prepare(passing, checkpoint);
        } catch (IOException e) {
            throw new Failed(
                    "restore.prepare", "cannot prepare the restore of \"" + target.name() + "\": " + e.getMessage(), e);
        }
        boolean restored = false;
        try {
            RestoredContainer again = source.checkpointer()
                    .restore(new RestoreRequest(
                            target.id(),
                            checkpoint,
                            prepared.directory(),
                            prepared.log(),
                            prepared.spec(),
                            prepared.root(),
                            prepared.network(),
                            prepared.cgroup(),
                            RestoreOptions.DEFAULT,
                            phase -> target.entering(phase, passing)));
            restored = true;
            target.restored(again.process(), passing);
            return new RestoreDetail(
                    target.id(),
                    passing.checkpoint(),
                    again.process().initPid(),
                    TimeUnit.NANOSECONDS.toMicros(again.report().verified().toNanos()),
                    TimeUnit.NANOSECONDS.toMicros(again.report().criu().toNanos()),
                    TimeUnit.NANOSECONDS.toMicros(again.report().total().toNanos()));
        } catch (CriuException e) {
            throw CheckpointFailures.of(e);
        } catch (IOException e) {
            throw new Failed(
                    "restore.io",
                    "container \"" + target.name() + "\" could not be restored, the checkpoint is unharmed: "
                            + e.getMessage(),
                    e);
        } finally {
            if (!restored) {
                target.unprepare(prepared);
                target.settled();
            }
        }
    }

    private static CheckpointDirectory existing(Target target, Passing passing) {
        CheckpointDirectory checkpoint = CheckpointDirectory.of(passing.directory());
        if (!checkpoint.isCommitted()) {
            throw new NotFound(
                    "checkpoint.missing",
                    "checkpoint " + passing.checkpoint() + " does not exist for container " + target.name());
        }
        return checkpoint;
    }

    private static Passing passing(Target target, String name, String place, boolean leaveRunning) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequest(
                    "checkpoint.name",
                    "Invalid checkpoint ID (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        return new Passing(name, place(target, place).resolve(name), leaveRunning);
    }

    private static Path place(Target target, String place) {
        if (place.isEmpty()) {
            return target.checkpoints();
        }
        Path directory = Path.of(place);
        if (!directory.isAbsolute()) {
            throw new InvalidRequest("checkpoint.place", "checkpoint directory \"" + place + "\" is not absolute");
        }
        return directory.normalize();
    }

    private void publish(Target target, String action, String checkpoint) {
        events.publish("container", action, target.id(), Map.of("name", target.name(), "checkpoint", checkpoint));
    }
}
