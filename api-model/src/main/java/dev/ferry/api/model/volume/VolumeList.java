package dev.ferry.api.model.volume;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/** Volumes, and what went wrong while they were looked for. */
public record VolumeList(
        @JsonProperty("Volumes") List<Volume> volumes,
        @JsonProperty("Warnings") List<String> warnings) {

    public VolumeList {
        volumes = Absence.list(volumes);
        warnings = Absence.list(warnings);
    }
}
