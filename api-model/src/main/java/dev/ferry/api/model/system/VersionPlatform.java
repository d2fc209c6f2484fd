package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * The product's name.
 */
public record VersionPlatform(@JsonProperty("Name") String name) {

    public VersionPlatform {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static VersionPlatform empty() {
        return new VersionPlatform("");
    }
}
