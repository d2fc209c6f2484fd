package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Why a stream of progress ended early.
 */
public record ErrorDetail(
        @JsonProperty("code") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        int code,

        @JsonProperty("message") String message) {

    public ErrorDetail {
        message = Absence.text(message);
    }

    /** All fields absent. */
    public static ErrorDetail empty() {
        return new ErrorDetail(0, "");
    }
}
