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
        @Nullable String restoredFrom) {

    /** The version of this record's form on disk. */
    public static final int VERSION = 1;

    /** Copies the lists. */
    public ContainerRecord {
        layers = List.copyOf(layers);
        arguments = List.copyOf(arguments);
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
                restoredFrom);
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
                restoredFrom);
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
                restoredFrom);
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
                fromCheckpoint);
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
                restoredFrom);
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
                restoredFrom);
    }
}
