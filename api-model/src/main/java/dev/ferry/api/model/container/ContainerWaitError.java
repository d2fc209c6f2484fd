package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Why waiting failed.
 */
public record ContainerWaitError(@JsonProperty("Message") String message) {

    public ContainerWaitError {
        message = Absence.text(message);
    }

    /** All fields absent. */
    public static ContainerWaitError empty() {
        return new ContainerWaitError("");
    }
}
