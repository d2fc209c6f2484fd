package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a container does now and how it ended last.
 *
 * @param status created, running, paused, restarting, removing, exited or dead
 * @param pid of its first process in the host's eyes; 0 when it does not run
 */
public record ContainerState(
        @JsonProperty("Status") String status,
        @JsonProperty("Running") boolean running,
        @JsonProperty("Paused") boolean paused,
        @JsonProperty("Restarting") boolean restarting,
        @JsonProperty("OOMKilled") boolean oomKilled,
        @JsonProperty("Dead") boolean dead,
        @JsonProperty("Pid") int pid,
        @JsonProperty("ExitCode") int exitCode,
        @JsonProperty("Error") String error,
        @JsonProperty("StartedAt") Instant startedAt,
        @JsonProperty("FinishedAt") Instant finishedAt,

        @JsonProperty("Health") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Health health) {

    public ContainerState {
        status = Absence.text(status);
        error = Absence.text(error);
        startedAt = Absence.time(startedAt);
        finishedAt = Absence.time(finishedAt);
    }

    /** All fields absent. */
    public static ContainerState empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .status(status)
                .running(running)
                .paused(paused)
                .restarting(restarting)
                .oomKilled(oomKilled)
                .dead(dead)
                .pid(pid)
                .exitCode(exitCode)
                .error(error)
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .health(health);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String status = "";
        private boolean running;
        private boolean paused;
        private boolean restarting;
        private boolean oomKilled;
        private boolean dead;
        private int pid;
        private int exitCode;
        private String error = "";
        private Instant startedAt = Absence.NEVER;
        private Instant finishedAt = Absence.NEVER;
        private @Nullable Health health;

        private Builder() {}

        public Builder status(String value) {
            this.status = value;
            return this;
        }

        public Builder running(boolean value) {
            this.running = value;
            return this;
        }

        public Builder paused(boolean value) {
            this.paused = value;
            return this;
        }

        public Builder restarting(boolean value) {
            this.restarting = value;
            return this;
        }

        public Builder oomKilled(boolean value) {
            this.oomKilled = value;
            return this;
        }

        public Builder dead(boolean value) {
            this.dead = value;
            return this;
        }

        public Builder pid(int value) {
            this.pid = value;
            return this;
        }

        public Builder exitCode(int value) {
            this.exitCode = value;
            return this;
        }

        public Builder error(String value) {
            this.error = value;
            return this;
        }

        public Builder startedAt(Instant value) {
            this.startedAt = value;
            return this;
        }

        public Builder finishedAt(Instant value) {
            this.finishedAt = value;
            return this;
        }

        public Builder health(@Nullable Health value) {
            this.health = value;
            return this;
        }

        public ContainerState build() {
            return new ContainerState(
                    status,
                    running,
                    paused,
                    restarting,
                    oomKilled,
                    dead,
                    pid,
                    exitCode,
                    error,
                    startedAt,
                    finishedAt,
                    health);
        }
    }
}
