package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The answer to a restore.
 *
 * @param pid of the container's first process in the host's eyes
 * @param verify microseconds for checking every file against the manifest
 * @param restore microseconds that CRIU took
 * @param total microseconds from the request until the container ran
 */
public record RestoreDetail(
        @JsonProperty("containerId") String containerId,
        @JsonProperty("checkpoint") String checkpoint,
        @JsonProperty("pid") int pid,
        @JsonProperty("verify") long verify,
        @JsonProperty("restore") long restore,
        @JsonProperty("total") long total) {

    public RestoreDetail {
        containerId = Absence.text(containerId);
        checkpoint = Absence.text(checkpoint);
    }

    /** All fields absent. */
    public static RestoreDetail empty() {
        return new RestoreDetail("", "", 0, 0, 0, 0);
    }
}
