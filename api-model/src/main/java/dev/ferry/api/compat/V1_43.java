package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** Images without a name have empty lists of names; containers have annotations. */
final class V1_43 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 43);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.IMAGE_LIST) {
            VersionStep.each(answer, V1_43::addNone);
        }
        if (body == Body.CONTAINER_INSPECT) {
            VersionStep.object(answer.path("HostConfig"), host -> host.remove("Annotations"));
        }
    }

    @Override
    public void up(Body body, ObjectNode request) {
        if (body == Body.CONTAINER_CREATE_REQUEST) {
            VersionStep.object(request.path("HostConfig"), host -> host.remove("Annotations"));
        }
    }

    private static void addNone(ObjectNode image) {
        if (image.path("RepoTags").isEmpty() && image.path("RepoDigests").isEmpty()) {
            image.putArray("RepoTags").add("<none>:<none>");
            image.putArray("RepoDigests").add("<none>@<none>");
        }
    }
}
