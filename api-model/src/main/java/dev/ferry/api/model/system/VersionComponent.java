package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * One program that the engine is made of or uses.
 */
public record VersionComponent(
        @JsonProperty("Name") String name,
        @JsonProperty("Version") String version,

        @JsonProperty("Details") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> details) {

    public VersionComponent {
        name = Absence.text(name);
        version = Absence.text(version);
        details = Absence.map(details);
    }

    /** All fields absent. */
    public static VersionComponent empty() {
        return new VersionComponent("", "", Map.of());
    }
}
