package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * One resource limit, setrlimit(2).
 */
public record Ulimit(
        @JsonProperty("Name") String name,
        @JsonProperty("Soft") long soft,
        @JsonProperty("Hard") long hard) {

    public Ulimit {
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static Ulimit empty() {
        return new Ulimit("", 0, 0);
    }
}
