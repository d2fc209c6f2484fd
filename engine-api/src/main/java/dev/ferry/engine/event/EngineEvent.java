package dev.ferry.engine.event;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened, in the words of the Docker API.
 *
 * @param type {@code container}, {@code image}, {@code network}, {@code daemon} …
 * @param action {@code start}, {@code die}, {@code exec_start: sh} …
 * @param actor the id of the object
 * @param attributes what else is known: name, image, labels, exitCode …
 */
public record EngineEvent(String type, String action, String actor, Map<String, String> attributes, Instant at) {

    /** Copies the attributes. */
    public EngineEvent {
        attributes = Map.copyOf(attributes);
    }
}
