package dev.ferry.engine.http.checkpoint;

import dev.ferry.api.model.checkpoint.CheckpointCreateRequest;
import dev.ferry.api.model.checkpoint.CheckpointSummary;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;

/** Docker's experimental endpoints of checkpoints. Restoring one is {@code POST /containers/{id}/start?checkpoint=}. */
public final class CheckpointRoutes implements RouteGroup {

    private final CheckpointService checkpoints;

    /** In front of the service. */
    public CheckpointRoutes(CheckpointService checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(
                "/containers/{id}/checkpoints",
                ctx -> Answers.json(
                        ctx,
                        200,
                        checkpoints.list(ctx.pathParam("id"), Answers.text(ctx, "dir")).stream()
                                .map(CheckpointSummary::new)
                                .toList()));
        routes.post("/containers/{id}/checkpoints", ctx -> {
            CheckpointCreateRequest request = Answers.body(ctx, CheckpointCreateRequest.class);
            checkpoints.create(
                    ctx.pathParam("id"),
                    request.checkpointId(),
                    request.checkpointDir(),
                    CheckpointOptions.DEFAULT.withLeaveRunning(!request.exit()));
            ctx.status(201);
        });
        routes.delete("/containers/{id}/checkpoints/{checkpoint}", ctx -> {
            checkpoints.remove(ctx.pathParam("id"), ctx.pathParam("checkpoint"), Answers.text(ctx, "dir"));
            ctx.status(204);
        });
    }
}
