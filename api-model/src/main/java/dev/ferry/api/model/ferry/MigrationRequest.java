package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * Asks for a container to be moved to another engine.
 *
 * @param container its name, its id, or the beginning of one
 * @param to the name of the peer
 * @param dryRun only the verdict is wanted
 * @param keepSource what is left of the container here is kept, stopped, after the move
 * @param volumesPresent bind-mounted paths of this host that hold the same files on the other one
 * @param bandwidth bytes a second at most, 0 for no limit
 */
public record MigrationRequest(
        @JsonProperty("container") String container,
        @JsonProperty("to") String to,
        @JsonProperty("dryRun") boolean dryRun,
        @JsonProperty("keepSource") boolean keepSource,
        @JsonProperty("volumesPresent") List<String> volumesPresent,
        @JsonProperty("bandwidth") long bandwidth) {

    public MigrationRequest {
        container = Absence.text(container);
        to = Absence.text(to);
        volumesPresent = Absence.list(volumesPresent);
    }

    /** All fields absent. */
    public static MigrationRequest empty() {
        return new MigrationRequest("", "", false, false, List.of(), 0);
    }
}
