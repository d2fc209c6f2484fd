package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** The engine removes containers by itself; security options have names and values; execs have an environment. */
final class V1_25 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 25);
    }

    private static final String NAME = "name=";

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.SYSTEM_INFO) {
            VersionStep.object(answer, info -> {
                info.put("ExecutionDriver", "<not supported>");
                info.replace("SecurityOptions", names(info));
            });
        }
    }

    /** Clients of old remove their containers themselves: both would be once too often. */
    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            VersionStep.object(request.path("HostConfig"), host -> host.put("AutoRemove", false));
        } else if (body == Body.EXEC_CREATE_REQUEST) {
            request.remove("Env");
        }
    }

    private static ArrayNode names(ObjectNode info) {
        ArrayNode names = info.arrayNode();
        for (JsonNode option : info.path("SecurityOptions")) {
            for (String part : option.asText().split(",", -1)) {
                if (part.startsWith(NAME)) {
                    names.add(part.substring(NAME.length()));
                }
            }
        }
        return names;
    }
}
