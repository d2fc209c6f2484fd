package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A program's commit.
 */
public record Commit(@JsonProperty("ID") String id) {

    public Commit {
        id = Absence.text(id);
    }

    /** All fields absent. */
    public static Commit empty() {
        return new Commit("");
    }
}
