package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** The size of an image is told once; endpoints have DNS names and the hardware address; checks may begin fast. */
final class V1_44 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 44);
    }

    private static final String MAC = "MacAddress";

    @Override
    public void down(Body body, JsonNode answer) {
        switch (body) {
            case IMAGE_INSPECT -> VersionStep.object(answer, V1_44::addVirtualSize);
            case IMAGE_LIST -> VersionStep.each(answer, V1_44::addVirtualSize);
            case CONTAINER_INSPECT -> {
                VersionStep.each(
                        answer.path("NetworkSettings").path("Networks"), endpoint -> endpoint.remove("DNSNames"));
                String address = answer.path("NetworkSettings").path(MAC).asText();
                if (!address.isEmpty()) {
                    VersionStep.object(answer.path("Config"), config -> config.put(MAC, address));
                }
            }
            case CONTAINER_LIST ->
                VersionStep.each(
                        answer,
                        c -> VersionStep.each(
                                c.path("NetworkSettings").path("Networks"), endpoint -> endpoint.remove("DNSNames")));
            case SYSTEM_INFO -> {
                VersionStep.object(answer, info -> info.remove("CDISpecDirs"));
                VersionStep.each(answer.path("Runtimes"), runtime -> runtime.remove("status"));
            }
            default -> {}
        }
    }

    /** The address belongs to the endpoint in the network that the mode names. */
    @Override
    public void up(Body body, ObjectNode request) {
        if (body != Body.CONTAINER_CREATE_REQUEST) {
            return;
        }
        VersionStep.object(request.path("Healthcheck"), check -> check.remove("StartInterval"));
        VersionStep.each(
                request.path("HostConfig").path("Mounts"),
                mount -> VersionStep.object(mount.path("BindOptions"), bind -> {
                    bind.remove("ReadOnlyNonRecursive");
                    bind.remove("ReadOnlyForceRecursive");
                }));
        JsonNode address = request.remove(MAC);
        if (address != null && !address.asText().isEmpty()) {
            String mode = request.path("HostConfig").path("NetworkMode").asText();
            request.withObject("NetworkingConfig")
                    .withObject("EndpointsConfig")
                    .withObject(mode.isEmpty() ? "default" : mode)
                    .put(MAC, address.asText());
        }
    }

    private static void addVirtualSize(ObjectNode image) {
        image.put("VirtualSize", image.path("Size").asLong());
    }
}
