package dev.ferry.api.model.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;
import java.util.List;

/**
 * The layers of an image by digest of their unpacked form, lowest first.
 */
public record RootFs(
        @JsonProperty("Type") String type,

        @JsonProperty("Layers") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        List<String> layers) {

    public RootFs {
        type = Absence.text(type);
        layers = Absence.list(layers);
    }

    /** All fields absent. */
    public static RootFs empty() {
        return new RootFs("", List.of());
    }
}
