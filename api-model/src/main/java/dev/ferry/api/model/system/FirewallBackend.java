package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * What the engine sets packet filters with.
 */
public record FirewallBackend(
        @JsonProperty("Driver") String driver,

        @JsonProperty("Info") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<List<String>> info) {

    public FirewallBackend {
        driver = Absence.text(driver);
        info = Absence.list(info);
    }

    /** All fields absent. */
    public static FirewallBackend empty() {
        return new FirewallBackend("", List.of());
    }
}
