package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** IPC is private unless said otherwise; bind mounts need not be recursive. */
final class V1_40 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 40);
    }

    private static final String MODE = "IpcMode";

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            ObjectNode host = request.withObject("HostConfig");
            if (host.path(MODE).asText().isEmpty()) {
                host.put(MODE, "shareable");
            }
            host.remove("KernelMemoryTCP");
            VersionStep.each(
                    host.path("Mounts"),
                    mount -> VersionStep.object(mount.path("BindOptions"), bind -> bind.remove("NonRecursive")));
        }
    }
}
