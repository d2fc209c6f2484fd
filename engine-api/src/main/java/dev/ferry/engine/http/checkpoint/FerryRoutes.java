package dev.ferry.engine.http.checkpoint;

import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.api.model.ferry.ContainerDetail;
import dev.ferry.api.model.ferry.ContainerWay;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Doubts;
import dev.ferry.engine.container.Incarnations;
import dev.ferry.engine.container.Moving;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.network.NetworkService;
import dev.ferry.engine.system.EngineState;
import dev.ferry.engine.system.SystemService;
import dev.ferry.runtime.container.ContainerProcess;
import io.javalin.config.RoutesConfig;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Supplier;

/** Ferry's own resources: containers, checkpoints with all that is known about them, restore, this engine, this host. */
public final class FerryRoutes implements RouteGroup {

    private static final String PREFIX = "/ferry/v1";
    private static final String DESCRIPTION = "/dev/ferry/engine/http/openapi.yaml";

    private final ContainerRegistry registry;
    private final CheckpointService checkpoints;
    private final Incarnations incarnations;
    private final NetworkService networks;
    private final Doubts doubts;
    private final SystemService system;
    private final Supplier<EngineState> engine;

    /** In front of the services. */
    public FerryRoutes(
            ContainerRegistry registry,
            CheckpointService checkpoints,
            Incarnations incarnations,
            NetworkService networks,
            Doubts doubts,
            SystemService system,
            Supplier<EngineState> engine) {
        this.registry = registry;
        this.checkpoints = checkpoints;
        this.incarnations = incarnations;
        this.networks = networks;
        this.doubts = doubts;
        this.system = system;
        this.engine = engine;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PREFIX + "/openapi.yaml", ctx -> {
            ctx.contentType("application/yaml");
            ctx.result(description());
        });
        routes.get(PREFIX + "/engine", ctx -> Answers.json(ctx, 200, engine.get()));
        routes.get(PREFIX + "/host", ctx -> Answers.json(ctx, 200, system.hostReport()));
        routes.get(
                PREFIX + "/containers/{id}", ctx -> Answers.json(ctx, 200, detail(registry.find(ctx.pathParam("id")))));
        routes.get(PREFIX + "/containers/{id}/checkpoints", ctx -> {
            String id = ctx.pathParam("id");
            Answers.json(
                    ctx,
                    200,
                    checkpoints.list(id, "").stream()
                            .map(name -> checkpoints.inspect(id, name))
                            .toList());
        });
        routes.get(
                PREFIX + "/containers/{id}/checkpoints/{name}",
                ctx -> Answers.json(ctx, 200, checkpoints.inspect(ctx.pathParam("id"), ctx.pathParam("name"))));
        routes.post(PREFIX + "/containers/{id}/checkpoints", ctx -> {
            CheckpointRequest request = Answers.body(ctx, CheckpointRequest.class);
            CheckpointOptions options = CheckpointOptions.DEFAULT
                    .withLeaveRunning(request.leaveRunning())
                    .withTcpEstablished(request.tcpEstablished())
                    .withFileLocks(request.fileLocks() || CheckpointOptions.DEFAULT.fileLocks());
            Answers.json(ctx, 201, checkpoints.create(ctx.pathParam("id"), request.name(), "", options));
        });
        routes.delete(PREFIX + "/containers/{id}/checkpoints/{name}", ctx -> {
            checkpoints.remove(ctx.pathParam("id"), ctx.pathParam("name"), "");
            ctx.status(204);
        });
        routes.post(PREFIX + "/containers/{id}/restore", ctx -> {
            RestoreRequest request = Answers.body(ctx, RestoreRequest.class);
            Answers.json(
                    ctx,
                    200,
                    checkpoints.restore(ctx.pathParam("id"), request.checkpoint(), "", RestoreOptions.DEFAULT));
        });
    }

    private static InputStream description() {
        InputStream text = FerryRoutes.class.getResourceAsStream(DESCRIPTION);
        if (text == null) {
            throw new IllegalStateException("\"" + DESCRIPTION + "\" is missing: build the engine again");
        }
        return text;
    }

    private ContainerDetail detail(Container container) {
        ContainerRecord record = container.record();
        ContainerProcess process = container.process();
        boolean ofHost = record.host().networkMode().equals("host");
        return new ContainerDetail(
                record.id().text(),
                record.name(),
                record.status().word(),
                record.status().pidOrZero(),
                process == null ? 0 : process.monitorPid(),
                container.directory().toString(),
                container.log().toString(),
                incarnations.cgroup(record).path().value(),
                ofHost ? "" : networks.pin(record.id().text()).toString(),
                way(record));
    }

    private ContainerWay way(ContainerRecord record) {
        Moving moving = record.moving();
        return moving == null
                ? ContainerWay.empty()
                : new ContainerWay(
                        moving.migration(),
                        moving.stage().name().toLowerCase(Locale.ROOT),
                        moving.peer(),
                        record.epoch(),
                        doubts.remedy(moving.migration()));
    }
}
