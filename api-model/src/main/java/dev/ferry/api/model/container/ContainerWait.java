package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code POST /containers/{id}/wait}.
 */
public record ContainerWait(
        @JsonProperty("StatusCode") long statusCode,

        @JsonProperty("Error") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        ContainerWaitError error) {

    /** All fields absent. */
    public static ContainerWait empty() {
        return new ContainerWait(0, null);
    }
}
