package dev.ferry.engine.container;

import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.NotModified;
import java.util.Optional;

/** What is asked of a container, and in which state it may be asked. The one table of allowed transitions. */
public enum Verb {
    START,
    STOP,
    KILL,
    PAUSE,
    UNPAUSE,
    EXEC,
    RESIZE,
    CHECKPOINT,
    RESTORE,
    MIGRATE,
    UPDATE,
    RENAME,
    REMOVE,
    REMOVE_BY_FORCE;

    /** Why this verb is refused in that state; empty when it is allowed. */
    public Optional<EngineException> refusal(Status status, ContainerId id, String name) {
        return switch (this) {
            case START ->
                switch (status.kind()) {
                    case CREATED, EXITED, RESTARTING -> allowed();
                    case RUNNING -> unchanged("is already running");
                    case PAUSED -> conflict("cannot start a paused container, try unpause instead");
                    case REMOVING -> conflict("container is marked for removal and cannot be started");
                };
            case STOP ->
                switch (status.kind()) {
                    case RUNNING, PAUSED, RESTARTING -> allowed();
                    case CREATED, EXITED, REMOVING -> unchanged("is not running");
                };
            case KILL ->
                switch (status.kind()) {
                    case RUNNING, PAUSED -> allowed();
                    case CREATED, EXITED, REMOVING, RESTARTING ->
                        conflict("cannot kill container: " + name + ": container " + id + " is not running");
                };
            case PAUSE ->
                switch (status.kind()) {
                    case RUNNING -> allowed();
                    case PAUSED -> conflict("container " + id + " is already paused");
                    case RESTARTING ->
                        conflict("container " + id + " is restarting, wait until the container is running");
                    case CREATED, EXITED, REMOVING -> notRunning(id);
                };
            case UNPAUSE ->
                switch (status.kind()) {
                    case PAUSED -> allowed();
                    case CREATED, RUNNING, RESTARTING, EXITED, REMOVING ->
                        conflict("container " + id + " is not paused");
                };
            case EXEC ->
                switch (status.kind()) {
                    case RUNNING -> allowed();
                    case PAUSED -> conflict("container " + id + " is paused, unpause the container before exec");
                    case RESTARTING ->
                        conflict("container " + id + " is restarting, wait until the container is running");
                    case CREATED, EXITED, REMOVING -> notRunning(id);
                };
            case RESIZE ->
                switch (status.kind()) {
                    case RUNNING, PAUSED -> allowed();
                    case CREATED, EXITED, REMOVING, RESTARTING -> notRunning(id);
                };
            case CHECKPOINT ->
                switch (status.kind()) {
                    case RUNNING -> allowed();
                    case PAUSED -> conflict("container " + name + " is paused: unpause it before making a checkpoint");
                    case CREATED, EXITED, REMOVING, RESTARTING -> conflict("Container " + name + " not running");
                };
            case RESTORE ->
                switch (status.kind()) {
                    case CREATED, EXITED -> allowed();
                    case RUNNING, PAUSED, RESTARTING ->
                        conflict("container " + name + " is running: stop it before restoring a checkpoint");
                    case REMOVING -> conflict("container is marked for removal and cannot be started");
                };
            case MIGRATE ->
                switch (status.kind()) {
                    case RUNNING -> allowed();
                    case PAUSED -> conflict("container " + name + " is paused: unpause it before migrating it");
                    case CREATED, EXITED, REMOVING, RESTARTING ->
                        conflict("container " + name + " is not running: only a running container can be migrated");
                };
            case UPDATE ->
                switch (status.kind()) {
                    case CREATED, RUNNING, PAUSED, RESTARTING, EXITED -> allowed();
                    case REMOVING -> conflict("container is marked for removal and cannot be \"update\"");
                };
            case RENAME -> allowed();
            case REMOVE ->
                switch (status.kind()) {
                    case CREATED, EXITED, REMOVING -> allowed();
                    case RUNNING ->
                        conflict("cannot remove container \"/" + name
                                + "\": container is running: stop the container before removing or force remove");
                    case PAUSED ->
                        conflict("cannot remove container \"/" + name
                                + "\": container is paused and must be unpaused first");
                    case RESTARTING ->
                        conflict("cannot remove container \"/" + name
                                + "\": container is restarting: stop the container before removing or force remove");
                };
            case REMOVE_BY_FORCE -> allowed();
        };
    }

    /** Throws the refusal, if there is one. */
    void require(Status status, ContainerId id, String name) {
        refusal(status, id, name).ifPresent(e -> {
            throw e;
        });
    }

    private static Optional<EngineException> allowed() {
        return Optional.empty();
    }

    private Optional<EngineException> conflict(String message) {
        return Optional.of(new Conflict("container.wrong-state", message));
    }

    private static Optional<EngineException> notRunning(ContainerId id) {
        return Optional.of(new Conflict("container.not-running", "container " + id + " is not running"));
    }

    private static Optional<EngineException> unchanged(String message) {
        return Optional.of(new NotModified("container.unchanged", "container " + message));
    }
}
