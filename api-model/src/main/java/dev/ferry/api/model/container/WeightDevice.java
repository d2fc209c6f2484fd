package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A share of a block device's time.
 */
public record WeightDevice(
        @JsonProperty("Path") String path,
        @JsonProperty("Weight") int weight) {

    public WeightDevice {
        path = Absence.text(path);
    }

    /** All fields absent. */
    public static WeightDevice empty() {
        return new WeightDevice("", 0);
    }
}
