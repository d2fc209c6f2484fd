package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How much is done.
 */
public record ProgressDetail(
        @JsonProperty("current") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long current,

        @JsonProperty("total") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long total) {

    /** All fields absent. */
    public static ProgressDetail empty() {
        return new ProgressDetail(0, 0);
    }
}
