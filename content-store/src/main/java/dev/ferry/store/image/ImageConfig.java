package dev.ferry.store.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.store.content.Digest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image configuration as OCI (config.md) and Docker write it. Fields not named here are kept in the stored bytes, whose
 * digest is the image's id; this is the reading of them.
 *
 * @param created RFC 3339, as written; may be missing
 * @param operatingSystem {@code linux} for everything that runs here
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageConfig(
        @JsonProperty("architecture") @Nullable String architecture,
        @JsonProperty("variant") @Nullable String variant,
        @JsonProperty("author") @Nullable String author,
        @JsonProperty("comment") @Nullable String comment,
        @JsonProperty("config") @Nullable ExecutionDefaults config,
        @JsonProperty("created") @Nullable String created,
        @JsonProperty("history") @Nullable List<History> history,
        @JsonProperty("os") @Nullable String operatingSystem,
        @JsonProperty("os.version") @Nullable String operatingSystemVersion,
        @JsonProperty("rootfs") @Nullable Layers rootfs) {

    /** The layers, lowest first. {@code type} is always {@code layers}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Layers(
            @JsonProperty("type") String type,
            @JsonProperty("diff_ids") @Nullable List<Digest> diffIds) {}

    /** How a layer, or an empty step, came to be. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record History(
            @JsonProperty("created") @Nullable String created,
            @JsonProperty("created_by") @Nullable String createdBy,
            @JsonProperty("author") @Nullable String author,
            @JsonProperty("comment") @Nullable String comment,
            @JsonProperty("empty_layer") @Nullable Boolean emptyLayer) {}

    /** How the image wants to be run; {@link ExecutionDefaults#EMPTY} when it says nothing. */
    public ExecutionDefaults execution() {
        return config == null ? ExecutionDefaults.EMPTY : config;
    }

    /** Digests of the uncompressed layers, lowest first. */
    public List<Digest> diffIds() {
        return rootfs == null || rootfs.diffIds() == null ? List.of() : List.copyOf(rootfs.diffIds());
    }

    /** The steps the image was made of, oldest first. */
    public List<History> steps() {
        return history == null ? List.of() : List.copyOf(history);
    }
}
