package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * One fact about the host.
 *
 * @param status {@code ok}, {@code limited} or {@code missing}
 * @param remedy what to do about it; empty when nothing is wrong
 */
public record HostFinding(
        @JsonProperty("subject") String subject,
        @JsonProperty("status") String status,
        @JsonProperty("detail") String detail,
        @JsonProperty("remedy") String remedy) {

    public HostFinding {
        subject = Absence.text(subject);
        status = Absence.text(status);
        detail = Absence.text(detail);
        remedy = Absence.text(remedy);
    }

    /** All fields absent. */
    public static HostFinding empty() {
        return new HostFinding("", "", "", "");
    }
}
