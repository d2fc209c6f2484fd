package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The place in a swarm; here always {@code inactive}.
 */
public record SwarmState(
        @JsonProperty("NodeID") String nodeId,
        @JsonProperty("NodeAddr") String nodeAddr,
        @JsonProperty("LocalNodeState") String localNodeState,
        @JsonProperty("ControlAvailable") boolean controlAvailable,
        @JsonProperty("Error") String error,
        @JsonProperty("RemoteManagers") @Nullable List<JsonNode> remoteManagers) {

    public SwarmState {
        nodeId = Absence.text(nodeId);
        nodeAddr = Absence.text(nodeAddr);
        localNodeState = Absence.text(localNodeState);
        error = Absence.text(error);
        remoteManagers = Absence.copy(remoteManagers);
    }

    /** All fields absent. */
    public static SwarmState empty() {
        return new SwarmState("", "", "", false, "", null);
    }
}
