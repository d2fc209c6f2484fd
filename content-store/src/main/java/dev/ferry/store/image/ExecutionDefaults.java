package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an image wants to be run: the {@code config} object of an image configuration (OCI image specification, config.md, and
 * Docker's additions). Absent stays absent, because docker's answers tell absent from empty: every component may be null.
 *
 * @param user {@code user[:group]}, names or numbers
 * @param exposedPorts keys such as {@code 80/tcp}, values empty objects
 * @param environment {@code NAME=value}
 * @param entrypoint program and first arguments
 * @param command default arguments, or the program when there is no entry point
 * @param volumes keys are paths, values empty objects
 * @param stopSignal name or number
 * @param argsEscaped Windows only, kept as it is
 * @param shell what the shell form of instructions runs in
 * @param onBuild instructions for images built from this one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExecutionDefaults(
        @JsonProperty("User") @Nullable String user,
        @JsonProperty("ExposedPorts") @Nullable Map<String, Map<String, Object>> exposedPorts,
        @JsonProperty("Env") @Nullable List<String> environment,
        @JsonProperty("Entrypoint") @Nullable List<String> entrypoint,
        @JsonProperty("Cmd") @Nullable List<String> command,
        @JsonProperty("Volumes") @Nullable Map<String, Map<String, Object>> volumes,
        @JsonProperty("WorkingDir") @Nullable String workingDirectory,
        @JsonProperty("Labels") @Nullable Map<String, String> labels,
        @JsonProperty("StopSignal") @Nullable String stopSignal,
        @JsonProperty("Healthcheck") @Nullable Map<String, Object> healthcheck,
        @JsonProperty("ArgsEscaped") @Nullable Boolean argsEscaped,
        @JsonProperty("Shell") @Nullable List<String> shell,
        @JsonProperty("OnBuild") @Nullable List<String> onBuild) {

    /** Nothing is said. */
    public static final ExecutionDefaults EMPTY =
            new ExecutionDefaults(null, null, null, null, null, null, null, null, null, null, null, null, null);
}
