package dev.ferry.engine.http.system;

import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.image.ImageFilter;
import dev.ferry.engine.image.ImageService;
import dev.ferry.engine.system.SystemService;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** Ping, version, info, disk usage. */
public final class SystemRoutes implements RouteGroup {

    private final SystemService system;
    private final ImageService images;
    private final ContainerRegistry registry;

    /** In front of the services. */
    public SystemRoutes(SystemService system, ImageService images, ContainerRegistry registry) {
        this.system = system;
        this.images = images;
        this.registry = registry;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/_ping", SystemRoutes::ping);
        routes.head("/_ping", SystemRoutes::ping);
        routes.get("/version", ctx -> Answers.json(ctx, 200, system.version()));
        routes.get("/info", ctx -> Answers.json(ctx, 200, system.info()));
        routes.get("/system/df", this::diskUsage);
    }

    private void diskUsage(Context ctx) {
        Answers.json(
                ctx,
                200,
                Map.of(
                        "LayersSize", 0,
                        "Images", images.list(new ImageFilter(Map.of())),
                        "Containers",
                                registry.all().stream()
                                        .map(c -> Map.of(
                                                "Id",
                                                c.id().text(),
                                                "Names",
                                                List.of("/" + c.record().name())))
                                        .toList(),
                        "Volumes", List.of(),
                        "BuildCache", List.of()));
    }

    private static void ping(Context ctx) {
        ctx.header("Cache-Control", "no-cache, no-store, must-revalidate");
        ctx.header("Pragma", "no-cache");
        // the classic builder; clients with a newer one fall back to it
        ctx.header("Builder-Version", "1");
        ctx.header("Swarm", "inactive");
        ctx.contentType("text/plain; charset=utf-8");
        ctx.result("OK");
    }
}
