package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;
import java.util.function.Consumer;

/** What one version changed. Trees are changed in place; what a step does not know it leaves alone. */
interface VersionStep {
    /** The version that brought the change: clients older than it need this step. */
    ApiVersion version();

    /** Makes an answer of this version one of the version before. */
    default void down(Body body, JsonNode answer) {}

    /** Makes a request of the version before one of this version. */
    default void up(Body body, ObjectNode request) {}

    /** Does something to each object of an array. */
    static void each(JsonNode array, Consumer<ObjectNode> change) {
        array.forEach(element -> object(element, change));
    }

    /** Does something to a node if it is an object; absent and null are left alone. */
    static void object(JsonNode node, Consumer<ObjectNode> change) {
        if (node instanceof ObjectNode object) {
            change.accept(object);
        }
    }
}
