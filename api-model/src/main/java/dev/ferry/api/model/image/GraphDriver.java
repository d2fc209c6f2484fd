package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the layers of an image or container lie.
 */
public record GraphDriver(
        @JsonProperty("Name") String name,
        @JsonProperty("Data") @Nullable Map<String, String> data) {

    public GraphDriver {
        name = Absence.text(name);
        data = Absence.copy(data);
    }

    /** All fields absent. */
    public static GraphDriver empty() {
        return new GraphDriver("", null);
    }
}
