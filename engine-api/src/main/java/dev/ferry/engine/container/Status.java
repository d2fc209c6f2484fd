package dev.ferry.engine.container;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Locale;

/** Where a container is in its life. A value: it is written to disk and compared; the process itself belongs to the lane. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "state")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Status.Created.class, name = "created"),
    @JsonSubTypes.Type(value = Status.Running.class, name = "running"),
    @JsonSubTypes.Type(value = Status.Paused.class, name = "paused"),
    @JsonSubTypes.Type(value = Status.Restarting.class, name = "restarting"),
    @JsonSubTypes.Type(value = Status.Exited.class, name = "exited"),
    @JsonSubTypes.Type(value = Status.Removing.class, name = "removing"),
})
public sealed interface Status {

    /** Never ran, or could not be started: then the code is 126, 127 or 128 and the error says why. */
    record Created(int code, String error) implements Status {
        @Override
        public Kind kind() {
            return Kind.CREATED;
        }
    }

    /** Its init runs. */
    record Running(Instant started, int pid) implements Status {
        @Override
        public Kind kind() {
            return Kind.RUNNING;
        }
    }

    /** Its tasks are frozen. */
    record Paused(Instant started, int pid) implements Status {
        @Override
        public Kind kind() {
            return Kind.PAUSED;
        }
    }

    /** Ended, and its policy will start it again. */
    record Restarting(int code, Instant started, Instant finished, String error) implements Status {
        @Override
        public Kind kind() {
            return Kind.RESTARTING;
        }
    }

    /** Ended. The code is the exit code, 128+n for signal n. */
    record Exited(int code, Instant started, Instant finished, boolean oomKilled, String error) implements Status {
        @Override
        public Kind kind() {
            return Kind.EXITED;
        }
    }

    /** Being taken away; a new engine finishes it. */
    record Removing() implements Status {
        @Override
        public Kind kind() {
            return Kind.REMOVING;
        }
    }

    /** The states without their facts, in the order of a life. */
    enum Kind {
        CREATED,
        RUNNING,
        PAUSED,
        RESTARTING,
        EXITED,
        REMOVING
    }

    /** Which state this is. */
    @JsonIgnore
    Kind kind();

    /** The API's word for it. */
    default String word() {
        return kind().name().toLowerCase(Locale.ROOT);
    }

    /** Whether there are processes. */
    @JsonIgnore
    default boolean isAlive() {
        return this instanceof Running || this instanceof Paused;
    }

    /** The init's process id, 0 when there is none. */
    default int pidOrZero() {
        return switch (this) {
            case Running running -> running.pid();
            case Paused paused -> paused.pid();
            default -> 0;
        };
    }

    /** The last exit code, 0 when it never ended. */
    default int codeOrZero() {
        return switch (this) {
            case Created created -> created.code();
            case Restarting restarting -> restarting.code();
            case Exited exited -> exited.code();
            default -> 0;
        };
    }
}
