package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Options of a bind mount.
 */
public record BindOptions(
        @JsonProperty("Propagation") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String propagation,

        @JsonProperty("NonRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean nonRecursive,

        @JsonProperty("CreateMountpoint") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean createMountpoint,

        @JsonProperty("ReadOnlyNonRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean readOnlyNonRecursive,

        @JsonProperty("ReadOnlyForceRecursive") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean readOnlyForceRecursive) {

    public BindOptions {
        propagation = Absence.text(propagation);
    }

    /** All fields absent. */
    public static BindOptions empty() {
        return new BindOptions("", false, false, false, false);
    }
}
