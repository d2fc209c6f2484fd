package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** Images are told by descriptor; endpoints have a priority as gateway. */
final class V1_48 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 48);
    }

    private static final String DESCRIPTOR = "ImageManifestDescriptor";

    @Override
    public void down(Body body, JsonNode answer) {
        switch (body) {
            case CONTAINER_INSPECT -> VersionStep.object(answer, V1_48::withoutDescriptor);
            case CONTAINER_LIST -> VersionStep.each(answer, V1_48::withoutDescriptor);
            case IMAGE_INSPECT -> VersionStep.object(answer, image -> image.remove("Descriptor"));
            case IMAGE_LIST -> VersionStep.each(answer, image -> image.remove("Descriptor"));
            default -> {}
        }
    }

    private static void withoutDescriptor(ObjectNode container) {
        container.remove(DESCRIPTOR);
        VersionStep.each(container.path("NetworkSettings").path("Networks"), endpoint -> endpoint.remove("GwPriority"));
    }
}
