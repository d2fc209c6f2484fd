package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * The machine an image is made for.
 */
public record OciPlatform(
        @JsonProperty("architecture") String architecture,
        @JsonProperty("os") String os,

        @JsonProperty("os.version") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String osVersion,

        @JsonProperty("os.features") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> osFeatures,

        @JsonProperty("variant") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String variant) {

    public OciPlatform {
        architecture = Absence.text(architecture);
        os = Absence.text(os);
        osVersion = Absence.text(osVersion);
        osFeatures = Absence.list(osFeatures);
        variant = Absence.text(variant);
    }

    /** All fields absent. */
    public static OciPlatform empty() {
        return new OciPlatform("", "", "", List.of(), "");
    }
}
