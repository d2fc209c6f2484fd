package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** Control groups have namespaces; before, a container saw those of the host. */
final class V1_41 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 41);
    }

    private static final String MODE = "CgroupnsMode";

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.SYSTEM_INFO) {
            VersionStep.object(answer, info -> info.remove("CgroupVersion"));
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            ObjectNode host = request.withObject("HostConfig");
            if (host.path(MODE).asText().isEmpty()) {
                host.put(MODE, "host");
            }
        }
    }
}
