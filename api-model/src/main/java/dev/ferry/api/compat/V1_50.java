package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.api.version.ApiVersion;

/** The configuration of an image lost the fields that only containers have. */
final class V1_50 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 50);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        if (body == Body.IMAGE_INSPECT) {
            VersionStep.object(answer.path("Config"), V1_50::addContainerFields);
        }
    }

    private static void addContainerFields(ObjectNode config) {
        for (String text : new String[] {"Hostname", "Domainname", "Image"}) {
            config.put(text, "");
        }
        for (String flag :
                new String[] {"AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce"}) {
            config.put(flag, false);
        }
    }
}
