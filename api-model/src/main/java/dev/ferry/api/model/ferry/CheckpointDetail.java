package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import java.util.Map;

/**
 * One checkpoint with everything its manifest knows: {@code GET /ferry/v1/containers/{id}/checkpoints/{name}}.
 *
 * @param state {@code complete} or why it can not be restored
 * @param directory on the engine's host
 * @param facts what a restore elsewhere must match: processor, kernel, CRIU, cgroup mode
 */
public record CheckpointDetail(
        @JsonProperty("name") String name,
        @JsonProperty("containerId") String containerId,
        @JsonProperty("containerName") String containerName,
        @JsonProperty("created") Instant created,
        @JsonProperty("leftRunning") boolean leftRunning,
        @JsonProperty("state") String state,
        @JsonProperty("directory") String directory,
        @JsonProperty("sizes") CheckpointSizes sizes,
        @JsonProperty("timings") CheckpointTimings timings,
        @JsonProperty("facts") Map<String, String> facts) {

    public CheckpointDetail {
        name = Absence.text(name);
        containerId = Absence.text(containerId);
        containerName = Absence.text(containerName);
        created = Absence.time(created);
        state = Absence.text(state);
        directory = Absence.text(directory);
        sizes = Absence.or(sizes, CheckpointSizes::empty);
        timings = Absence.or(timings, CheckpointTimings::empty);
        facts = Absence.map(facts);
    }

    /** All fields absent. */
    public static CheckpointDetail empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .name(name)
                .containerId(containerId)
                .containerName(containerName)
                .created(created)
                .leftRunning(leftRunning)
                .state(state)
                .directory(directory)
                .sizes(sizes)
                .timings(timings)
                .facts(facts);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String name = "";
        private String containerId = "";
        private String containerName = "";
        private Instant created = Absence.NEVER;
        private boolean leftRunning;
        private String state = "";
        private String directory = "";
        private CheckpointSizes sizes = CheckpointSizes.empty();
        private CheckpointTimings timings = CheckpointTimings.empty();
        private Map<String, String> facts = Map.of();

        private Builder() {}

        public Builder name(String value) {
            this.name = value;
            return this;
        }

        public Builder containerId(String value) {
            this.containerId = value;
            return this;
        }

        public Builder containerName(String value) {
            this.containerName = value;
            return this;
        }

        public Builder created(Instant value) {
            this.created = value;
            return this;
        }

        public Builder leftRunning(boolean value) {
            this.leftRunning = value;
            return this;
        }

        public Builder state(String value) {
            this.state = value;
            return this;
        }

        public Builder directory(String value) {
            this.directory = value;
            return this;
        }

        public Builder sizes(CheckpointSizes value) {
            this.sizes = value;
            return this;
        }

        public Builder timings(CheckpointTimings value) {
            this.timings = value;
            return this;
        }

        public Builder facts(Map<String, String> value) {
            this.facts = value;
            return this;
        }

        public CheckpointDetail build() {
            return new CheckpointDetail(
                    name, containerId, containerName, created, leftRunning, state, directory, sizes, timings, facts);
        }
    }
}
