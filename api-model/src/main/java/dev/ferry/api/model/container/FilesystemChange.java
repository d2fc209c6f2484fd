package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * What a container has done to a file of its image.
 *
 * @param kind 0 for changed, 1 for added, 2 for deleted
 */
public record FilesystemChange(
        @JsonProperty("Path") String path,
        @JsonProperty("Kind") int kind) {
    public FilesystemChange {
        path = Absence.text(path);
    }
}
