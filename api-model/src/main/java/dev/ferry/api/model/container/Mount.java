package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import org.jspecify.annotations.Nullable;

/**
 * A mount asked for by type.
 *
 * @param type {@code bind}, {@code volume}, {@code tmpfs}, {@code image}, {@code npipe}, {@code cluster}
 */
public record Mount(
        @JsonProperty("Target") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String target,

        @JsonProperty("Source") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String source,

        @JsonProperty("Type") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String type,

        @JsonProperty("ReadOnly") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        boolean readOnly,

        @JsonProperty("Consistency") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String consistency,

        @JsonProperty("BindOptions") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        BindOptions bindOptions,

        @JsonProperty("VolumeOptions") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        VolumeOptions volumeOptions,

        @JsonProperty("ImageOptions") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        ImageOptions imageOptions,

        @JsonProperty("TmpfsOptions") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        TmpfsOptions tmpfsOptions) {

    public Mount {
        target = Absence.text(target);
        source = Absence.text(source);
        type = Absence.text(type);
        consistency = Absence.text(consistency);
    }

    /** All fields absent. */
    public static Mount empty() {
        return new Mount("", "", "", false, "", null, null, null, null);
    }
}
