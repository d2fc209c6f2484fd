package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import org.jspecify.annotations.Nullable;

/**
 * One line of the progress that import, load and pull stream.
 */
public record ImageProgress(
        @JsonProperty("stream") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String stream,

        @JsonProperty("status") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String status,

        @JsonProperty("progressDetail") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        ProgressDetail progressDetail,

        @JsonProperty("id") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String id,

        @JsonProperty("errorDetail") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        ErrorDetail errorDetail,

        @JsonProperty("error") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String error) {

    public ImageProgress {
        stream = Absence.text(stream);
        status = Absence.text(status);
        id = Absence.text(id);
        error = Absence.text(error);
    }

    /** All fields absent. */
    public static ImageProgress empty() {
        return new ImageProgress("", "", null, "", null, "");
    }
}
