package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * An upper limit for one block device.
 *
 * @param rate bytes or operations a second, as the field that holds it says
 */
public record ThrottleDevice(
        @JsonProperty("Path") String path,
        @JsonProperty("Rate") long rate) {

    public ThrottleDevice {
        path = Absence.text(path);
    }

    /** All fields absent. */
    public static ThrottleDevice empty() {
        return new ThrottleDevice("", 0);
    }
}
