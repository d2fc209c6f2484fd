package dev.ferry.api.model.volume;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/** A volume to be made. */
public record VolumeCreateRequest(
        @JsonProperty("Name") String name,
        @JsonProperty("Driver") String driver,
        @JsonProperty("DriverOpts") Map<String, String> driverOpts,
        @JsonProperty("Labels") Map<String, String> labels) {

    public VolumeCreateRequest {
        name = Absence.text(name);
        driver = Absence.text(driver);
        driverOpts = Absence.map(driverOpts);
        labels = Absence.map(labels);
    }
}
