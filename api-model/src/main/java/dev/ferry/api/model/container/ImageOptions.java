package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Options of an image mount.
 */
public record ImageOptions(
        @JsonProperty("Subpath") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String subpath) {

    public ImageOptions {
        subpath = Absence.text(subpath);
    }

    /** All fields absent. */
    public static ImageOptions empty() {
        return new ImageOptions("");
    }
}
