package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How much of a migration has been sent.
 *
 * @param bytesExpected in all, as far as that is known by now
 * @param bytesSent what was sent twice after a cut counts twice
 * @param bytesPerSecond since the migration began
 */
public record MigrationProgress(
        @JsonProperty("bytesExpected") long bytesExpected,
        @JsonProperty("bytesSent") long bytesSent,
        @JsonProperty("bytesPerSecond") long bytesPerSecond) {

    /** All fields absent. */
    public static MigrationProgress empty() {
        return new MigrationProgress(0, 0, 0);
    }
}
