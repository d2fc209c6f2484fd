package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** Images forgot the container they were made in; the short id is no longer an alias; volumes have sub-paths. */
final class V1_45 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 45);
    }

    private static final int SHORT_ID = 12;

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.IMAGE_INSPECT) {
            VersionStep.object(answer, image -> {
                image.put("Container", "");
                image.withObject("ContainerConfig").setAll(configuration(image));
            });
        } else if (body == Body.CONTAINER_INSPECT) {
            String id = answer.path("Id").asText();
            VersionStep.each(answer.path("NetworkSettings").path("Networks"), endpoint -> addAlias(endpoint, id));
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            VersionStep.each(
                    request.path("HostConfig").path("Mounts"),
                    mount -> VersionStep.object(mount.path("VolumeOptions"), volume -> volume.remove("Subpath")));
        }
    }

    private static void addAlias(ObjectNode endpoint, String id) {
        if (id.length() >= SHORT_ID && endpoint.path("Aliases").isArray()) {
            endpoint.withArray("Aliases").add(id.substring(0, SHORT_ID));
        }
    }

    private static ObjectNode configuration(ObjectNode image) {
        return image.path("Config") instanceof ObjectNode config ? config.deepCopy() : image.objectNode();
    }
}
