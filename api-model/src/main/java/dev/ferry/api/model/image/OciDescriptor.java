package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A typed, sized reference by digest.
 *
 * @param data base64
 */
public record OciDescriptor(
        @JsonProperty("mediaType") String mediaType,
        @JsonProperty("digest") String digest,
        @JsonProperty("size") long size,

        @JsonProperty("urls") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> urls,

        @JsonProperty("annotations") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        Map<String, String> annotations,

        @JsonProperty("data") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        String data,

        @JsonProperty("platform") @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
        OciPlatform platform,

        @JsonProperty("artifactType") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String artifactType) {

    public OciDescriptor {
        mediaType = Absence.text(mediaType);
        digest = Absence.text(digest);
        urls = Absence.list(urls);
        annotations = Absence.map(annotations);
        artifactType = Absence.text(artifactType);
    }

    /** All fields absent. */
    public static OciDescriptor empty() {
        return new OciDescriptor("", "", 0, List.of(), Map.of(), null, null, "");
    }
}
