package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Whether an ended container is started again.
 *
 * @param name empty, {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure}
 */
public record RestartPolicy(
        @JsonProperty("Name") String name,
        @JsonProperty("MaximumRetryCount") int maximumRetryCount) {

    public RestartPolicy {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static RestartPolicy empty() {
        return new RestartPolicy("", 0);
    }
}
