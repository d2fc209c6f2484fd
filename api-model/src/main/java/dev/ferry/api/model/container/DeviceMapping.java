package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A device of the host shown to the container.
 *
 * @param cgroupPermissions letters of {@code rwm}
 */
public record DeviceMapping(
        @JsonProperty("PathOnHost") String pathOnHost,
        @JsonProperty("PathInContainer") String pathInContainer,
        @JsonProperty("CgroupPermissions") String cgroupPermissions) {

    public DeviceMapping {
        pathOnHost = Absence.text(pathOnHost);
        pathInContainer = Absence.text(pathInContainer);
        cgroupPermissions = Absence.text(cgroupPermissions);
    }

    /** All fields absent. */
    public static DeviceMapping empty() {
        return new DeviceMapping("", "", "");
    }
}
