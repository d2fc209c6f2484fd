package dev.ferry.api.model.volume;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume.
 *
 * @param usageData only in an account of the disk
 */
public record Volume(
        @JsonProperty("Name") String name,
        @JsonProperty("Driver") String driver,
        @JsonProperty("Mountpoint") String mountpoint,

        @JsonProperty("CreatedAt") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Instant createdAt,

        @JsonProperty("Labels") Map<String, String> labels,
        @JsonProperty("Scope") String scope,
        @JsonProperty("Options") Map<String, String> options,

        @JsonProperty("UsageData") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        VolumeUsage usageData) {

    public Volume {
        name = Absence.text(name);
        driver = Absence.text(driver);
        mountpoint = Absence.text(mountpoint);
        labels = Absence.map(labels);
        scope = Absence.text(scope);
        options = Absence.map(options);
    }

    /** The same with its account. */
    public Volume withUsage(VolumeUsage value) {
        return new Volume(name, driver, mountpoint, createdAt, labels, scope, options, value);
    }
}
