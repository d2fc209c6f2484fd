package dev.ferry.engine.http.checkpoint;

import dev.ferry.api.model.checkpoint.CheckpointCreateRequest;
import dev.ferry.api.model.checkpoint.CheckpointSummary;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;

/** Checkpoints of one container. {@code start?checkpoint=} is among the routes of containers and ends in the same service. */
public final class CheckpointRoutes implements RouteGroup {
    private static final String DOCKER = "/containers/{id}/checkpoints";
    private static final String FERRY = "/ferry/v1/containers/{id}/checkpoints";

    private final CheckpointService checkpoints;

    public CheckpointRoutes(CheckpointService checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post(DOCKER, ctx -> {
            CheckpointCreateRequest asked = Answers.body(ctx, CheckpointCreateRequest.class);
            checkpoints.create(
                    ctx.pathParam("id"),
                    new CheckpointRequest(asked.checkpointId(), !asked.exit(), false, false),
                    asked.checkpointDir());
            ctx.status(201);
        });
        routes.get(
                DOCKER,
                ctx -> Answers.json(
                        ctx,
                        200,
                        checkpoints.list(ctx.pathParam("id"), Answers.text(ctx, "dir")).stream()
                                .map(checkpoint -> new CheckpointSummary(checkpoint.name()))
                                .toList()));
        routes.delete(DOCKER + "/{checkpoint}", ctx -> {
            checkpoints.remove(ctx.pathParam("id"), ctx.pathParam("checkpoint"), Answers.text(ctx, "dir"));
            ctx.status(204);
        });
        routes.post(
                FERRY,
                ctx -> Answers.json(
                        ctx,
                        201,
                        checkpoints.create(ctx.pathParam("id"), Answers.body(ctx, CheckpointRequest.class), "")));
        routes.get(FERRY, ctx -> Answers.json(ctx, 200, checkpoints.list(ctx.pathParam("id"), "")));
        routes.get(
                FERRY + "/{checkpoint}",
                ctx -> Answers.json(
                        ctx, 200, checkpoints.inspect(ctx.pathParam("id"), ctx.pathParam("checkpoint"), "")));
        routes.post(
                "/ferry/v1/containers/{id}/restore",
                ctx -> Answers.json(
                        ctx,
                        200,
                        checkpoints.restore(ctx.pathParam("id"), Answers.body(ctx, RestoreRequest.class), "")));
    }
}
