package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;

/**
 * How registries are reached.
 */
public record RegistryServiceConfig(
        @JsonProperty("InsecureRegistryCIDRs") List<String> insecureRegistryCidrs,
        @JsonProperty("IndexConfigs") Map<String, RegistryIndex> indexConfigs,
        @JsonProperty("Mirrors") List<String> mirrors) {

    public RegistryServiceConfig {
        insecureRegistryCidrs = Absence.list(insecureRegistryCidrs);
        indexConfigs = Absence.map(indexConfigs);
        mirrors = Absence.list(mirrors);
    }

    /** All fields absent. */
    public static RegistryServiceConfig empty() {
        return new RegistryServiceConfig(List.of(), Map.of(), List.of());
    }
}
