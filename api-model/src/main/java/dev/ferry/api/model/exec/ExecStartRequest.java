package dev.ferry.api.model.exec;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /exec/{id}/start}.
 *
 * @param consoleSize rows, columns
 */
public record ExecStartRequest(
        @JsonProperty("Detach") boolean detach,
        @JsonProperty("Tty") boolean tty,
        @JsonProperty("ConsoleSize") @Nullable List<Integer> consoleSize) {

    public ExecStartRequest {
        consoleSize = Absence.copy(consoleSize);
    }

    /** All fields absent. */
    public static ExecStartRequest empty() {
        return new ExecStartRequest(false, false, null);
    }
}
