package dev.ferry.api.client;

import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.api.model.ferry.PeerJoinRequest;
import java.io.IOException;
import java.util.List;

/** Other engines, under {@code /ferry/v1/peers}. */
public final class PeerCalls {
    private static final String ALL = "peers";

    private final FerryResources resources;

    PeerCalls(EngineClient engine) {
        this.resources = new FerryResources(engine);
    }

    public List<PeerDetail> list() throws IOException {
        return List.of(resources.get(PeerDetail[].class, Query.path(ALL)));
    }

    /** A token for one other engine. */
    public PeerInvitation invite() throws IOException {
        return resources.post(PeerInvitation.class, Query.path(ALL, "invitations"));
    }

    /** Follows an invitation; {@code name} is empty for what the other engine calls itself. */
    public PeerDetail join(String token, String name) throws IOException {
        return resources.post(PeerDetail.class, Query.path(ALL, "join"), new PeerJoinRequest(token, name));
    }

    public void remove(String name) throws IOException {
        resources.delete(Query.path(ALL, name));
    }
}
