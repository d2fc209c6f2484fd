package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** The engine tells its product and its parts; a command beside a container has a directory. */
final class V1_35 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 35);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.SYSTEM_VERSION) {
            VersionStep.object(answer, version -> {
                version.remove("Platform");
                version.remove("Components");
            });
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.EXEC_CREATE_REQUEST) {
            request.remove("WorkingDir");
        }
    }
}
