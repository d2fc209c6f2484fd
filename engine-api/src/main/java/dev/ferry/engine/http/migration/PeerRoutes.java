package dev.ferry.engine.http.migration;

import dev.ferry.api.model.ferry.PeerJoinRequest;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.migration.PeerService;
import io.javalin.config.RoutesConfig;

/** {@code /ferry/v1/peers}. */
public final class PeerRoutes implements RouteGroup {
    private static final String PREFIX = "/ferry/v1/peers";

    private final PeerService peers;

    /** In front of the service. */
    public PeerRoutes(PeerService peers) {
        this.peers = peers;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PREFIX, ctx -> Answers.json(ctx, 200, peers.list()));
        routes.post(PREFIX + "/invitations", ctx -> Answers.json(ctx, 201, peers.invite()));
        routes.post(PREFIX + "/join", ctx -> {
            PeerJoinRequest request = Answers.body(ctx, PeerJoinRequest.class);
            Answers.json(ctx, 201, peers.join(request.token(), request.name()));
        });
        routes.delete(PREFIX + "/{name}", ctx -> {
            peers.remove(ctx.pathParam("name"));
            ctx.status(204);
        });
    }
}
