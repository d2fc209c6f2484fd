package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * Options of a tmpfs mount.
 *
 * @param mode permission bits
 */
public record TmpfsOptions(
        @JsonProperty("SizeBytes") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long sizeBytes,

        @JsonProperty("Mode") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        int mode,

        @JsonProperty("Options") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<List<String>> options) {

    public TmpfsOptions {
        options = Absence.list(options);
    }

    /** All fields absent. */
    public static TmpfsOptions empty() {
        return new TmpfsOptions(0, 0, List.of());
    }
}
