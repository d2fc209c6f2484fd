package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** The list of containers has annotations; the engine tells its containerd. */
final class V1_46 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 46);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        switch (body) {
            case CONTAINER_LIST ->
                VersionStep.each(
                        answer, c -> VersionStep.object(c.path("HostConfig"), host -> host.remove("Annotations")));
            case SYSTEM_INFO -> VersionStep.object(answer, info -> info.remove("Containerd"));
            default -> {}
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            VersionStep.each(
                    request.path("HostConfig").path("Mounts"),
                    mount -> VersionStep.object(mount.path("TmpfsOptions"), tmpfs -> tmpfs.remove("Options")));
        }
    }
}
