package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.ContainerUpdateRequest;
import dev.ferry.api.model.container.ContainerUpdateResponse;
import dev.ferry.engine.container.ContainerUpdates;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Other limits and another restart policy for a container that exists. */
public final class UpdateRoutes implements RouteGroup {

    private final ContainerUpdates updates;

    /** In front of the service. */
    public UpdateRoutes(ContainerUpdates updates) {
        this.updates = updates;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/containers/{id}/update", this::update);
    }

    private void update(Context ctx) throws InterruptedException {
        ContainerUpdateRequest request = Answers.body(ctx, ContainerUpdateRequest.class);
        Answers.json(ctx, 200, new ContainerUpdateResponse(updates.update(ctx.pathParam("id"), request)));
    }
}
