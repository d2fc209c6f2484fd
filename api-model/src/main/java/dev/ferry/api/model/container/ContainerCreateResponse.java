package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * The answer of {@code POST /containers/create}.
 */
public record ContainerCreateResponse(
        @JsonProperty("Id") String id,
        @JsonProperty("Warnings") List<String> warnings) {

    public ContainerCreateResponse {
        id = Absence.text(id);
        warnings = Absence.list(warnings);
    }

    /** All fields absent. */
    public static ContainerCreateResponse empty() {
        return new ContainerCreateResponse("", List.of());
    }
}
