package dev.ferry.engine.http.system;

import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.system.SystemService;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Ping, version, info, disk usage. */
public final class SystemRoutes implements RouteGroup {

    private final SystemService system;

    /** In front of the service. */
    public SystemRoutes(SystemService system) {
        this.system = system;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/_ping", SystemRoutes::ping);
        routes.head("/_ping", SystemRoutes::ping);
        routes.get("/version", ctx -> Answers.json(ctx, 200, system.version()));
        routes.get("/info", ctx -> Answers.json(ctx, 200, system.info()));
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
