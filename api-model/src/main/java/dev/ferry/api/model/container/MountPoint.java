package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A mount as it is in a container.
 */
public record MountPoint(
        @JsonProperty("Type") String type,

        @JsonProperty("Name") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String name,

        @JsonProperty("Source") String source,
        @JsonProperty("Destination") String destination,

        @JsonProperty("Driver") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String driver,

        @JsonProperty("Mode") String mode,
        @JsonProperty("RW") boolean writable,
        @JsonProperty("Propagation") String propagation) {

    public MountPoint {
        type = Absence.text(type);
        name = Absence.text(name);
        source = Absence.text(source);
        destination = Absence.text(destination);
        driver = Absence.text(driver);
        mode = Absence.text(mode);
        propagation = Absence.text(propagation);
    }

    /** All fields absent. */
    public static MountPoint empty() {
        return new MountPoint("", "", "", "", "", "", false, "");
    }
}
