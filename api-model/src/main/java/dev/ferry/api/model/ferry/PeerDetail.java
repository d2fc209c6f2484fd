package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Another engine that this one trusts.
 *
 * @param address host and port of its listener, empty when it has none
 * @param fingerprint SHA-256 of its certificate, 64 hexadecimal digits
 */
public record PeerDetail(
        @JsonProperty("name") String name,
        @JsonProperty("address") String address,
        @JsonProperty("fingerprint") String fingerprint) {

    public PeerDetail {
        name = Absence.text(name);
        address = Absence.text(address);
        fingerprint = Absence.text(fingerprint);
    }

    /** All fields absent. */
    public static PeerDetail empty() {
        return new PeerDetail("", "", "");
    }
}
