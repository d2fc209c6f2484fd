package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Something that speaks against a migration.
 *
 * @param side "source" or "target": where it was found
 * @param code a short stable word, such as {@code migration.name-taken}
 * @param object what it is about
 * @param text the cause
 * @param remedy what can be done about it
 */
public record MigrationFinding(
        @JsonProperty("side") String side,
        @JsonProperty("code") String code,
        @JsonProperty("object") String object,
        @JsonProperty("text") String text,
        @JsonProperty("remedy") String remedy) {

    public MigrationFinding {
        side = Absence.text(side);
        code = Absence.text(code);
        object = Absence.text(object);
        text = Absence.text(text);
        remedy = Absence.text(remedy);
    }

    /** All fields absent. */
    public static MigrationFinding empty() {
        return new MigrationFinding("", "", "", "", "");
    }
}
