package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.time.Instant;

/**
 * Facts about an image that only this engine knows.
 */
public record ImageMetadata(@JsonProperty("LastTagTime") Instant lastTagTime) {

    public ImageMetadata {
        lastTagTime = Absence.time(lastTagTime);
    }

    /** All fields absent. */
    public static ImageMetadata empty() {
        return new ImageMetadata(Absence.NEVER);
    }
}
