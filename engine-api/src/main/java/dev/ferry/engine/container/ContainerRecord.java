package dev.ferry.engine.container;

import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.HostConfig;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the engine writes down of a container, and reads again after its own death.
 *
 * @param image the image's id
 * @param config as asked for, completed from the image
 * @param layers the image's layers, lowest first, as digests
 * @param arguments what is executed, entrypoint and command together
 * @param incarnation how many times an init was made for it; names the directory of the newest
 * @param restarts how often the restart policy started it since a user last did
 * @param stoppedByUser whether the last end was asked for; then the policy leaves it alone
 * @param passage the checkpoint or restore under way, null for none
 * @param restoredFrom the checkpoint that the present incarnation came from, null when it was started
 * @param epoch counts who owned it: 0 where it was made; it grows with each move to another engine, and whoever has a smaller one must not
 *     run it
 * @param moving the migration under way, null for none
 * @param attachments what it sees of the host and of volumes; null in records of version 2, which knew only what {@code host} says
 */
public record ContainerRecord(
        ContainerId id,
        String name,
        Instant created,
        String image,
        ContainerConfig config,
        HostConfig host,
        List<String> layers,
        List<String> arguments,
        Status status,
        int incarnation,
        int restarts,
        boolean stoppedByUser,
        @Nullable Passage passage,
        @Nullable String restoredFrom,
        long epoch,
        @Nullable Moving moving,
        @Nullable List<Attachment> attachments) {

    /** The version of this record's form on disk. */
    public static final int VERSION = 3;

    /** Copies the lists. */
    public ContainerRecord {
        layers = List.copyOf(layers);
        arguments = List.copyOf(arguments);
        attachments = List.copyOf(attachments == null ? Attachments.ofHostOnly(host) : attachments);
    }

    /** What it sees of the host and of volumes. */
    @Override
    public List<Attachment> attachments() {
        return attachments == null ? List.of() : attachments;
    }

    ContainerRecord withName(String value) {
        return new ContainerRecord(
                id,
                value,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation,
                restarts,
                stoppedByUser,
                passage,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same with other wishes of the host. */
    ContainerRecord withHost(HostConfig value) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                value,
                layers,
                arguments,
                status,
                incarnation,
                restarts,
                stoppedByUser,
                passage,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same in another state. */
    public ContainerRecord withStatus(Status value) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                value,
                incarnation,
                restarts,
                stoppedByUser,
                passage,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same on another way. */
    public ContainerRecord withPassage(@Nullable Passage value) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation,
                restarts,
                stoppedByUser,
                value,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same with the next incarnation, which comes from a checkpoint or, for null, from a start. */
    public ContainerRecord withNextIncarnation(@Nullable String fromCheckpoint) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation + 1,
                restarts,
                stoppedByUser,
                passage,
                fromCheckpoint,
                epoch,
                moving,
                attachments);
    }

    ContainerRecord withRestarts(int value) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation,
                value,
                stoppedByUser,
                passage,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same, with whether its end was asked for. */
    public ContainerRecord withStoppedByUser(boolean value) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation,
                restarts,
                value,
                passage,
                restoredFrom,
                epoch,
                moving,
                attachments);
    }

    /** The same on its way to or from another engine; null for no more. */
    public ContainerRecord withMoving(@Nullable Moving value) {
        return owned(epoch, value);
    }

    /** The same, owned under another epoch, on no way anywhere. */
    public ContainerRecord withEpoch(long value) {
        return owned(value, null);
    }

    private ContainerRecord owned(long nextEpoch, @Nullable Moving nextMoving) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                status,
                incarnation,
                restarts,
                stoppedByUser,
                passage,
                restoredFrom,
                nextEpoch,
                nextMoving,
                attachments);
    }

    /** What arrives of a container: as it was, but nothing of it has ever run here. */
    public ContainerRecord arriving(long nextEpoch, Moving nextMoving) {
        return new ContainerRecord(
                id,
                name,
                created,
                image,
                config,
                host,
                layers,
                arguments,
                new Status.Created(0, ""),
                0,
                restarts,
                stoppedByUser,
                null,
                null,
                nextEpoch,
                nextMoving,
                attachments);
    }

    /**
     * Throws unless it may be done: what is on its way is not free to everything, some is not done with what another runtime has made, and
     * each state allows some verbs.
     */
    public void require(Verb verb) {
        if (moving != null) {
            moving.refusal(verb, name).ifPresent(refusal -> {
                throw refusal;
            });
        }
        switch (verb) {
            case CHECKPOINT -> Runtimes.requireBuiltIn(host, "checkpoint");
            case RESTORE -> Runtimes.requireBuiltIn(host, "restore");
            case MIGRATE -> Runtimes.requireBuiltIn(host, "migration");
            case START, STOP, KILL, PAUSE, UNPAUSE, EXEC, RESIZE, UPDATE, RENAME, REMOVE, REMOVE_BY_FORCE -> {}
        }
        verb.require(status, id, name);
    }
}
