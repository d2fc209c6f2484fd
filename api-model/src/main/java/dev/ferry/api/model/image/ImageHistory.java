package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step an image was made in: {@code GET /images/{name}/history}.
 *
 * @param created seconds since the epoch
 */
public record ImageHistory(
        @JsonProperty("Id") String id,
        @JsonProperty("Created") long created,
        @JsonProperty("CreatedBy") String createdBy,
        @JsonProperty("Tags") @Nullable List<String> tags,
        @JsonProperty("Size") long size,
        @JsonProperty("Comment") String comment) {

    public ImageHistory {
        id = Absence.text(id);
        createdBy = Absence.text(createdBy);
        tags = Absence.copy(tags);
        comment = Absence.text(comment);
    }

    /** All fields absent. */
    public static ImageHistory empty() {
        return new ImageHistory("", 0, "", null, 0, "");
    }
}
