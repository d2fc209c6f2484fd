package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * One registry.
 */
public record RegistryIndex(
        @JsonProperty("Name") String name,
        @JsonProperty("Mirrors") List<String> mirrors,
        @JsonProperty("Secure") boolean secure,
        @JsonProperty("Official") boolean official) {

    public RegistryIndex {
        name = Absence.text(name);
        mirrors = Absence.list(mirrors);
    }

    /** All fields absent. */
    public static RegistryIndex empty() {
        return new RegistryIndex("", List.of(), false, false);
    }
}
