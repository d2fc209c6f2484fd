package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * One thing that the removal of an image did.
 */
public record ImageDelete(
        @JsonProperty("Untagged") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String untagged,

        @JsonProperty("Deleted") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String deleted) {

    public ImageDelete {
        untagged = Absence.text(untagged);
        deleted = Absence.text(deleted);
    }

    /** All fields absent. */
    public static ImageDelete empty() {
        return new ImageDelete("", "");
    }
}
