package dev.ferry.api.model.exec;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import org.jspecify.annotations.Nullable;

/**
 * The state of one exec: {@code GET /exec/{id}/json}.
 *
 * @param exitCode null while it runs
 */
public record ExecInspect(
        @JsonProperty("ID") String id,
        @JsonProperty("Running") boolean running,
        @JsonProperty("ExitCode") @Nullable Integer exitCode,
        @JsonProperty("ProcessConfig") ProcessConfig processConfig,
        @JsonProperty("OpenStdin") boolean openStdin,
        @JsonProperty("OpenStderr") boolean openStderr,
        @JsonProperty("OpenStdout") boolean openStdout,
        @JsonProperty("CanRemove") boolean canRemove,
        @JsonProperty("ContainerID") String containerId,
        @JsonProperty("DetachKeys") String detachKeys,
        @JsonProperty("Pid") int pid) {

    public ExecInspect {
        id = Absence.text(id);
        processConfig = Absence.or(processConfig, ProcessConfig::empty);
        containerId = Absence.text(containerId);
        detachKeys = Absence.text(detachKeys);
    }

    /** All fields absent. */
    public static ExecInspect empty() {
        return new ExecInspect("", false, null, ProcessConfig.empty(), false, false, false, false, "", "", 0);
    }
}
