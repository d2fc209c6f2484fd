package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * What makes a peer of the engine that brings it.
 *
 * @param token for {@code ferry peer join}; works once
 * @param expires ISO 8601
 * @param address where the other engine will come to
 */
public record PeerInvitation(
        @JsonProperty("token") String token,
        @JsonProperty("expires") String expires,
        @JsonProperty("address") String address) {

    public PeerInvitation {
        token = Absence.text(token);
        expires = Absence.text(expires);
        address = Absence.text(address);
    }

    /** All fields absent. */
    public static PeerInvitation empty() {
        return new PeerInvitation("", "", "");
    }
}
