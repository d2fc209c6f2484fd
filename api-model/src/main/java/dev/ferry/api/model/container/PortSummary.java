package dev.ferry.api.model.container;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * A port in the list of containers.
 */
public record PortSummary(
        @JsonProperty("IP") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String ip,

        @JsonProperty("PrivatePort") int privatePort,

        @JsonProperty("PublicPort") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        int publicPort,

        @JsonProperty("Type") String type) {

    public PortSummary {
        ip = Absence.text(ip);
        type = Absence.text(type);
    }

    /** All fields absent. */
    public static PortSummary empty() {
        return new PortSummary("", 0, 0, "");
    }
}
