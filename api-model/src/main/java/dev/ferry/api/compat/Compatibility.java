package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;
import java.util.List;

/** The chain of all steps, newest first. */
public final class Compatibility {
    private static final List<VersionStep> STEPS = List.of(
            new V1_50(),
            new V1_49(),
            new V1_48(),
            new V1_46(),
            new V1_45(),
            new V1_44(),
            new V1_43(),
            new V1_42(),
            new V1_41(),
            new V1_40(),
            new V1_35(),
            new V1_25());

    private Compatibility() {}

    /** Whether anything about this body is different for a client of that version. */
    public static boolean isNewest(ApiVersion client) {
        return client.isAtLeast(STEPS.getFirst().version());
    }

    /** Makes an answer in the newest form one for a client. The tree may be changed in place. */
    public static JsonNode answer(Body body, JsonNode newest, ApiVersion client) {
        for (VersionStep step : STEPS) {
            if (client.isBefore(step.version())) {
                step.down(body, newest);
            }
        }
        return newest;
    }

    /** Makes a client's request one in the newest form. The tree may be changed in place. */
    public static JsonNode request(Body body, JsonNode given, ApiVersion client) {
        if (given instanceof ObjectNode request) {
            for (VersionStep step : STEPS.reversed()) {
                if (client.isBefore(step.version())) {
                    step.up(body, request);
                }
            }
        }
        return given;
    }

    static List<VersionStep> steps() {
        return STEPS;
    }
}
