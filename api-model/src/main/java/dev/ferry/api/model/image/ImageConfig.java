package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What containers of an image start with.
 */
public record ImageConfig(
        @JsonProperty("User") String user,

        @JsonProperty("ExposedPorts") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, JsonNode> exposedPorts,

        @JsonProperty("Env") List<String> env,
        @JsonProperty("Cmd") @Nullable List<String> cmd,

        @JsonProperty("Healthcheck") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        HealthConfig healthcheck,

        @JsonProperty("ArgsEscaped") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean argsEscaped,

        @JsonProperty("Volumes") @Nullable Map<String, JsonNode> volumes,
        @JsonProperty("WorkingDir") String workingDir,
        @JsonProperty("Entrypoint") @Nullable List<String> entrypoint,
        @JsonProperty("OnBuild") @Nullable List<String> onBuild,
        @JsonProperty("Labels") Map<String, String> labels,

        @JsonProperty("StopSignal") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String stopSignal,

        @JsonProperty("Shell") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        List<String> shell) {

    public ImageConfig {
        user = Absence.text(user);
        exposedPorts = Absence.map(exposedPorts);
        env = Absence.list(env);
        cmd = Absence.copy(cmd);
        volumes = Absence.copy(volumes);
        workingDir = Absence.text(workingDir);
        entrypoint = Absence.copy(entrypoint);
        onBuild = Absence.copy(onBuild);
        labels = Absence.map(labels);
        stopSignal = Absence.text(stopSignal);
        shell = Absence.copy(shell);
    }

    /** All fields absent. */
    public static ImageConfig empty() {
        return new Builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A builder that starts from this value. */
    public Builder toBuilder() {
        return new Builder()
                .user(user)
                .exposedPorts(exposedPorts)
                .env(env)
                .cmd(cmd)
                .healthcheck(healthcheck)
                .argsEscaped(argsEscaped)
                .volumes(volumes)
                .workingDir(workingDir)
                .entrypoint(entrypoint)
                .onBuild(onBuild)
                .labels(labels)
                .stopSignal(stopSignal)
                .shell(shell);
    }

    /** Sets fields by name; what is not set is absent. Not safe for several threads. */
    public static final class Builder {
        private String user = "";
        private Map<String, JsonNode> exposedPorts = Map.of();
        private List<String> env = List.of();
        private @Nullable List<String> cmd;
        private @Nullable HealthConfig healthcheck;
        private boolean argsEscaped;
        private @Nullable Map<String, JsonNode> volumes;
        private String workingDir = "";
        private @Nullable List<String> entrypoint;
        private @Nullable List<String> onBuild;
        private Map<String, String> labels = Map.of();
        private String stopSignal = "";
        private @Nullable List<String> shell;

        private Builder() {}

        public Builder user(String value) {
            this.user = value;
            return this;
        }

        public Builder exposedPorts(Map<String, JsonNode> value) {
            this.exposedPorts = value;
            return this;
        }

        public Builder env(List<String> value) {
            this.env = value;
            return this;
        }

        public Builder cmd(@Nullable List<String> value) {
            this.cmd = value;
            return this;
        }

        public Builder healthcheck(@Nullable HealthConfig value) {
            this.healthcheck = value;
            return this;
        }

        public Builder argsEscaped(boolean value) {
            this.argsEscaped = value;
            return this;
        }

        public Builder volumes(@Nullable Map<String, JsonNode> value) {
            this.volumes = value;
            return this;
        }

        public Builder workingDir(String value) {
            this.workingDir = value;
            return this;
        }

        public Builder entrypoint(@Nullable List<String> value) {
            this.entrypoint = value;
            return this;
        }

        public Builder onBuild(@Nullable List<String> value) {
            this.onBuild = value;
            return this;
        }

        public Builder labels(Map<String, String> value) {
            this.labels = value;
            return this;
        }

        public Builder stopSignal(String value) {
            this.stopSignal = value;
            return this;
        }

        public Builder shell(@Nullable List<String> value) {
            this.shell = value;
            return this;
        }

        public ImageConfig build() {
            return new ImageConfig(
                    user,
                    exposedPorts,
                    env,
                    cmd,
                    healthcheck,
                    argsEscaped,
                    volumes,
                    workingDir,
                    entrypoint,
                    onBuild,
                    labels,
                    stopSignal,
                    shell);
        }
    }
}
