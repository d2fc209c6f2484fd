package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A user's word on who runs a container of which the engines do not know.
 *
 * @param run "here" or "there"
 */
public record MigrationResolution(@JsonProperty("run") String run) {

    public MigrationResolution {
        run = Absence.text(run);
    }

    /** All fields absent. */
    public static MigrationResolution empty() {
        return new MigrationResolution("");
    }
}
