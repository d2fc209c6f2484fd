package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.ContainerCreateRequest;
import dev.ferry.api.model.container.ContainerCreateResponse;
import dev.ferry.api.model.container.ContainerInspect;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.criu.checkpoint.RestoreOptions;
import dev.ferry.engine.checkpoint.CheckpointService;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.ContainerService;
import dev.ferry.engine.container.Doubts;
import dev.ferry.engine.container.ProcessTable;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.exec.ExecService;
import dev.ferry.engine.files.FileService;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Filters;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.network.NetworkViews;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything about containers that is one request and one answer. */
public final class ContainerRoutes implements RouteGroup {

    private static final Logger LOG = LoggerFactory.getLogger(ContainerRoutes.class);

    private final ContainerRegistry registry;
    private final ContainerService service;
    private final ExecService execs;
    private final CheckpointService checkpoints;
    private final ProcessTable processes;
    private final Doubts doubts;
    private final NetworkViews networks;
    private final String architecture;
    private final FileService files;

    /**
     * In front of the services.
     *
     * @param architecture of this host, in docker's words
     */
    public ContainerRoutes(
            ContainerRegistry registry,
            ContainerService service,
            ExecService execs,
            CheckpointService checkpoints,
            ProcessTable processes,
            Doubts doubts,
            NetworkViews networks,
            String architecture,
            FileService files) {
        this.registry = registry;
        this.service = service;
        this.execs = execs;
        this.checkpoints = checkpoints;
        this.processes = processes;
        this.doubts = doubts;
        this.networks = networks;
        this.architecture = architecture;
        this.files = files;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/containers/json", this::list);
        routes.post("/containers/create", this::create);
        routes.post("/containers/prune", this::prune);
        routes.get("/containers/{id}/json", ctx -> {
            Container container = registry.find(ctx.pathParam("id"));
            ContainerInspect seen = ContainerViews.inspect(container, execs.running(container), doubts, networks);
            if (Answers.flag(ctx, "size")) {
                FileService.Sizes sizes = files.sizes(container);
                seen = seen.toBuilder()
                        .sizeRw(sizes.written())
                        .sizeRootFs(sizes.all())
                        .build();
            }
            Answers.json(ctx, 200, seen);
        });
        routes.get(
                "/containers/{id}/top",
                ctx -> Answers.json(
                        ctx, 200, processes.of(registry.find(ctx.pathParam("id")), Answers.text(ctx, "ps_args"))));
        routes.post("/containers/{id}/start", this::start);
        routes.post("/containers/{id}/stop", ctx -> {
            service.stop(ctx.pathParam("id"), Answers.text(ctx, "signal"), seconds(ctx));
            ctx.status(204);
        });
        routes.post("/containers/{id}/restart", ctx -> {
            service.restart(ctx.pathParam("id"), Answers.text(ctx, "signal"), seconds(ctx));
            ctx.status(204);
        });
        routes.post("/containers/{id}/kill", ctx -> {
            service.kill(ctx.pathParam("id"), Answers.text(ctx, "signal"));
            ctx.status(204);
        });
        routes.post("/containers/{id}/pause", ctx -> {
            service.pause(ctx.pathParam("id"));
            ctx.status(204);
        });
        routes.post("/containers/{id}/unpause", ctx -> {
            service.unpause(ctx.pathParam("id"));
            ctx.status(204);
        });
        routes.post("/containers/{id}/rename", ctx -> {
            service.rename(ctx.pathParam("id"), Answers.text(ctx, "name"));
            ctx.status(204);
        });
        routes.post("/containers/{id}/resize", ctx -> {
            service.resize(ctx.pathParam("id"), Answers.number(ctx, "h", 0), Answers.number(ctx, "w", 0));
            ctx.status(200);
        });
        routes.delete("/containers/{id}", ctx -> {
            service.remove(ctx.pathParam("id"), Answers.flag(ctx, "force"), Answers.flag(ctx, "v"));
            ctx.status(204);
        });
    }

    private void list(Context ctx) {
        ContainerFilter filter = new ContainerFilter(Filters.of(ctx), registry);
        int limit = Answers.number(ctx, "limit", -1);
        boolean all = Answers.flag(ctx, "all") || limit > 0 || filter.namesStates();
        boolean sized = Answers.flag(ctx, "size");
        List<ContainerSummary> rows = new ArrayList<>();
        for (Container container : registry.all()) {
            boolean shown = all || container.status().isAlive() || container.status() instanceof Status.Restarting;
            if (shown && filter.admits(container) && (limit <= 0 || rows.size() < limit)) {
                ContainerSummary row = ContainerViews.summary(container, doubts, networks);
                rows.add(sized ? ContainerViews.sized(row, files.sizes(container)) : row);
            }
        }
        if (Answers.flag(ctx, "all")) {
            registry.damaged().forEach(d -> rows.add(ContainerViews.damaged(d)));
        }
        Answers.json(ctx, 200, rows);
    }

    private void create(Context ctx) {
        String type = ctx.contentType();
        if (type != null && !type.startsWith("application/json")) {
            throw new InvalidRequest(
                    "request.content-type",
                    "unsupported Content-Type header (" + type + "): must be 'application/json'");
        }
        requirePlatform(Answers.text(ctx, "platform"));
        ContainerCreateRequest request = Answers.body(ctx, ContainerCreateRequest.class);
        ContainerService.Creation creation = service.create(
                Answers.text(ctx, "name"), request.config(), request.hostConfig(), request.networkingConfig());
        Answers.json(ctx, 201, new ContainerCreateResponse(creation.id().text(), creation.warnings()));
    }

    /** Programs of another architecture would not run; an image here has only one. */
    private void requirePlatform(String asked) {
        String own = "linux/" + architecture;
        boolean served = List.of("", "linux", architecture, own).contains(asked) || asked.startsWith(own + "/");
        if (!served) {
            throw new Unsupported(
                    "container.platform",
                    "platform \"" + asked + "\" is not supported by this engine: this host is " + own);
        }
    }

    private void start(Context ctx) throws InterruptedException {
        String checkpoint = Answers.text(ctx, "checkpoint");
        if (checkpoint.isEmpty()) {
            service.start(ctx.pathParam("id"));
        } else {
            checkpoints.restore(
                    ctx.pathParam("id"), checkpoint, Answers.text(ctx, "checkpoint-dir"), RestoreOptions.DEFAULT);
        }
        ctx.status(204);
    }

    private void prune(Context ctx) throws InterruptedException {
        ContainerFilter filter = new ContainerFilter(Filters.of(ctx), registry);
        List<String> deleted = new ArrayList<>();
        for (Container container : registry.all()) {
            Status status = container.status();
            if ((status instanceof Status.Exited || status instanceof Status.Created) && filter.admits(container)) {
                try {
                    service.remove(container.id().text(), false, false);
                    deleted.add(container.id().text());
                } catch (Conflict startedMeanwhile) {
                    LOG.debug("container {} was started while it was to be pruned", container.id(), startedMeanwhile);
                }
            }
        }
        Answers.json(ctx, 200, Map.of("ContainersDeleted", deleted, "SpaceReclaimed", 0));
    }

    private static @Nullable Integer seconds(Context ctx) {
        return Answers.text(ctx, "t").isEmpty() ? null : (Integer) Answers.number(ctx, "t", 0);
    }
}
