package dev.ferry.api.model.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.ferry.api.model.Absence;

/**
 * One thing that happened.
 *
 * @param status the action again, for clients of old; containers and images only
 * @param id the actor's id again, for clients of old
 * @param from the image again, for clients of old
 * @param time seconds since the epoch
 * @param timeNano nanoseconds since the epoch
 */
public record EventMessage(
        @JsonProperty("status") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String status,

        @JsonProperty("id") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String id,

        @JsonProperty("from") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String from,

        @JsonProperty("Type") String type,
        @JsonProperty("Action") String action,
        @JsonProperty("Actor") EventActor actor,

        @JsonProperty("scope") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        String scope,

        @JsonProperty("time") long time,
        @JsonProperty("timeNano") long timeNano) {

    public EventMessage {
        status = Absence.text(status);
        id = Absence.text(id);
        from = Absence.text(from);
        type = Absence.text(type);
        action = Absence.text(action);
        actor = Absence.or(actor, EventActor::empty);
        scope = Absence.text(scope);
    }

    /** All fields absent. */
    public static EventMessage empty() {
        return new EventMessage("", "", "", "", "", EventActor.empty(), "", 0, 0);
    }
}
