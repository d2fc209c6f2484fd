package dev.ferry.api.model.exec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an exec runs.
 */
public record ProcessConfig(
        @JsonProperty("tty") boolean tty,
        @JsonProperty("entrypoint") String entrypoint,
        @JsonProperty("arguments") List<String> arguments,

        @JsonProperty("privileged") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        Boolean privileged,

        @JsonProperty("user") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String user) {

    public ProcessConfig {
        entrypoint = Absence.text(entrypoint);
        arguments = Absence.list(arguments);
        user = Absence.text(user);
    }

    /** All fields absent. */
    public static ProcessConfig empty() {
        return new ProcessConfig(false, "", List.of(), null, "");
    }
}
