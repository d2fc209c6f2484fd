package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * What a change of limits has to say.
 */
public record ContainerUpdateResponse(
        @JsonProperty("Warnings") List<String> warnings) {

    public ContainerUpdateResponse {
        warnings = Absence.list(warnings);
    }

    /** All fields absent. */
    public static ContainerUpdateResponse empty() {
        return new ContainerUpdateResponse(List.of());
    }
}
