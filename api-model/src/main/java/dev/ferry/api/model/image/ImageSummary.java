package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code GET /images/json}.
 *
 * @param created seconds since the epoch
 * @param size bytes
 * @param sharedSize bytes; -1: not computed
 * @param virtualSize bytes; until 1.43
 * @param containers -1: not counted
 */
public record ImageSummary(
        @JsonProperty("Id") String id,
        @JsonProperty("ParentId") String parentId,
        @JsonProperty("RepoTags") List<String> repoTags,
        @JsonProperty("RepoDigests") List<String> repoDigests,
        @JsonProperty("Created") long created,
        @JsonProperty("Size") long size,
        @JsonProperty("SharedSize") long sharedSize,

        @JsonProperty("VirtualSize") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        long virtualSize,

        @JsonProperty("Labels") @Nullable Map<String, String> labels,
        @JsonProperty("Containers") long containers,

        @JsonProperty("Descriptor") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        OciDescriptor descriptor) {

    public ImageSummary {
        id = Absence.text(id);
        parentId = Absence.text(parentId);
        repoTags = Absence.list(repoTags);
        repoDigests = Absence.list(repoDigests);
        labels = Absence.copy(labels);
    }

    /** All fields absent. */
    public static ImageSummary empty() {
        return new ImageSummary("", "", List.of(), List.of(), 0, 0, 0, 0, null, 0, null);
    }
}
