package dev.ferry.api.model.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;

/**
 * Whom it happened to.
 */
public record EventActor(
        @JsonProperty("ID") String id,
        @JsonProperty("Attributes") Map<String, String> attributes) {

    public EventActor {
        id = Absence.text(id);
        attributes = Absence.map(attributes);
    }

    /** All fields absent. */
    public static EventActor empty() {
        return new EventActor("", Map.of());
    }
}
