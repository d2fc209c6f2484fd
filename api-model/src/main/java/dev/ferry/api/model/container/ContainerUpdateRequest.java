package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.ferry.api.model.Absence;

/**
 * The body of {@code POST /containers/{id}/update}: limits, of which those that are absent or 0 stay as they are, and a policy, which stays
 * when it has no name.
 */
public record ContainerUpdateRequest(
        @JsonUnwrapped Resources resources,
        @JsonProperty("RestartPolicy") RestartPolicy restartPolicy) {

    public ContainerUpdateRequest {
        resources = Absence.or(resources, Resources::empty);
        restartPolicy = Absence.or(restartPolicy, RestartPolicy::empty);
    }

    /** All fields absent. */
    public static ContainerUpdateRequest empty() {
        return new ContainerUpdateRequest(Resources.empty(), RestartPolicy.empty());
    }
}
