package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** Kernel memory is no longer limited; consoles have a first size; missing mount points can be made. */
final class V1_42 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 42);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.CONTAINER_INSPECT) {
            VersionStep.object(answer.path("HostConfig"), host -> {
                host.put("KernelMemory", 0);
                host.remove("ConsoleSize");
            });
        } else if (body == Body.SYSTEM_INFO) {
            VersionStep.object(answer, info -> info.put("KernelMemory", false));
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            VersionStep.object(request.path("HostConfig"), host -> host.remove("ConsoleSize"));
            VersionStep.each(
                    request.path("HostConfig").path("Mounts"),
                    mount -> VersionStep.object(mount.path("BindOptions"), bind -> bind.remove("CreateMountpoint")));
        } else if (body == Body.EXEC_CREATE_REQUEST) {
            request.remove("ConsoleSize");
        }
    }
}
