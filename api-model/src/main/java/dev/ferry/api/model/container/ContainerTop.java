package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * The processes of a container: {@code GET /containers/{id}/top}.
 */
public record ContainerTop(
        @JsonProperty("Titles") List<String> titles,
        @JsonProperty("Processes") List<List<String>> processes) {

    public ContainerTop {
        titles = Absence.list(titles);
        processes = Absence.list(processes);
    }

    /** All fields absent. */
    public static ContainerTop empty() {
        return new ContainerTop(List.of(), List.of());
    }
}
