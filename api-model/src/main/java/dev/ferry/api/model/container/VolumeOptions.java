package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Options of a volume mount.
 */
public record VolumeOptions(
        @JsonProperty("NoCopy") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean noCopy,

        @JsonProperty("Labels") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> labels,

        @JsonProperty("DriverConfig") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        VolumeDriverConfig driverConfig,

        @JsonProperty("Subpath") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String subpath) {

    public VolumeOptions {
        labels = Absence.map(labels);
        subpath = Absence.text(subpath);
    }

    /** All fields absent. */
    public static VolumeOptions empty() {
        return new VolumeOptions(false, Map.of(), null, "");
    }
}
