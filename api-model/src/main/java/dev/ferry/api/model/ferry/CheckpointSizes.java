package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Sizes in bytes.
 *
 * @param memory memory pages written
 * @param images the process images without the pages
 * @param files how many files the manifest lists
 */
public record CheckpointSizes(
        @JsonProperty("total") long total,
        @JsonProperty("memory") long memory,
        @JsonProperty("images") long images,
        @JsonProperty("writableLayer") long writableLayer,
        @JsonProperty("files") int files) {

    /** All fields absent. */
    public static CheckpointSizes empty() {
        return new CheckpointSizes(0, 0, 0, 0, 0);
    }
}
