package dev.ferry.api.model.ferry;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * Follows an invitation.
 *
 * @param token what {@code ferry peer invite} printed on the other host
 * @param name what the other engine is to be called here, empty for what it calls itself
 */
public record PeerJoinRequest(
        @JsonProperty("token") String token,
        @JsonProperty("name") String name) {

    public PeerJoinRequest {
        token = Absence.text(token);
        name = Absence.text(name);
    }

    /** All fields absent. */
    public static PeerJoinRequest empty() {
        return new PeerJoinRequest("", "");
    }
}
