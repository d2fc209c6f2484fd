package dev.ferry.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The body of every answer that is not a success. */
public record ErrorResponse(@JsonProperty("message") String message) {
    public ErrorResponse {
        message = Absence.text(message);
    }
}
