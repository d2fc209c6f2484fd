package dev.ferry.api.model.volume;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a volume costs.
 *
 * @param size bytes, -1 when it is not known
 * @param refCount containers that use it, -1 when it is not known
 */
public record VolumeUsage(
        @JsonProperty("Size") long size,
        @JsonProperty("RefCount") long refCount) {}
