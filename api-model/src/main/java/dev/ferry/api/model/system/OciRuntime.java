package dev.ferry.api.model.system;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;

/**
 * An OCI runtime that containers can be run with.
 */
public record OciRuntime(
        @JsonProperty("path") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String path,

        @JsonProperty("runtimeArgs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> runtimeArgs,

        @JsonProperty("status") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> status) {

    public OciRuntime {
        path = Absence.text(path);
        runtimeArgs = Absence.list(runtimeArgs);
        status = Absence.map(status);
    }

    /** All fields absent. */
    public static OciRuntime empty() {
        return new OciRuntime("", List.of(), Map.of());
    }
}
