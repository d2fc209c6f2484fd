package dev.ferry.api.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/** A command line. The API takes one string in place of a list of one, and always writes a list. */
public record Words(@JsonValue List<String> list) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Words(@JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> list) {
        this.list = Absence.list(list);
    }

    public static Words of(String... words) {
        return new Words(List.of(words));
    }
}
