package dev.ferry.api.compat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.version.ApiVersion;

/** The engine tells its firewall; expected commits and foreign layers are no longer told. */
final class V1_49 implements VersionStep {
    @Override
    public ApiVersion version() {
        return new ApiVersion(1, 49);
    }

    @Override
    public void down(Body body, JsonNode answer) {
        if (body != Body.SYSTEM_INFO) {
            return;
        }
        VersionStep.object(answer, info -> info.remove("FirewallBackend"));
        for (String program : new String[] {"ContainerdCommit", "RuncCommit", "InitCommit"}) {
            VersionStep.object(
                    answer.path(program),
                    commit -> commit.put("Expected", commit.path("ID").asText()));
        }
        VersionStep.object(answer.path("RegistryConfig"), registries -> {
            registries.putArray("AllowNondistributableArtifactsCIDRs");
            registries.putArray("AllowNondistributableArtifactsHostnames");
        });
    }
}
