package dev.ferry.api.model;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The answer to a request that made something with an identifier. */
public record IdResponse(@JsonProperty("Id") String id) {
    public IdResponse {
        id = Absence.text(id);
    }
}
