package dev.ferry.engine.http.system;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What other engines serve and this one does not: a clear answer instead of "page not found", so that a client's user learns what to
 * do. Lists that clients read on the way to something else are empty rather than refused.
 */
public final class AbsentRoutes implements RouteGroup {

    /** moby's own sentence: tools compare it. */
    private static final String NO_SWARM =
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
                    + " connect this node to swarm and try again.";

    private static final List<String> SWARM = List.of("nodes", "services", "tasks", "secrets", "configs", "swarm");

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/plugins", ctx -> Answers.json(ctx, 200, List.of()));
        prune(routes, "/build/prune", Map.of("CachesDeleted", List.of(), "SpaceReclaimed", 0));

        post(routes, "/build", "builds", "bring the image with docker load or docker import");
        post(routes, "/auth", "registries", "bring images with docker load or docker import");
        get(routes, "/distribution/<name>", "registries", "bring images with docker load or docker import");
        post(routes, "/plugins/pull", "plugins", "leave them out");
        post(routes, "/plugins/create", "plugins", "leave them out");
        get(routes, "/plugins/privileges", "plugins", "leave them out");
        for (HandlerType type : List.of(HandlerType.GET, HandlerType.POST, HandlerType.DELETE)) {
            routes.addHttpHandler(type, "/plugins/<name>", AbsentRoutes::noPlugin);
        }
        // what a browser asks before it asks; docker says yes to everything and allows nothing
        routes.addHttpHandler(HandlerType.OPTIONS, "/<path>", ctx -> ctx.status(200));
        post(routes, "/swarm/init", "swarms", "leave them out");
        post(routes, "/swarm/join", "swarms", "leave them out");
        get(routes, "/containers/{id}/attach/ws", "attaching by websocket", "attach by the hijacked connection");
        for (String resource : SWARM) {
            everything(routes, "/" + resource, () -> new Unavailable("swarm.inactive", NO_SWARM));
        }
    }

    private static void noPlugin(Context ctx) {
        String name = ctx.pathParam("name").replaceFirst("/(json|enable|disable|upgrade|push|set)$", "");
        throw new NotFound("plugin.unknown", "plugin \"" + name + "\" not found");
    }

    private static void prune(RoutesConfig routes, String path, Map<String, Object> nothing) {
        routes.post(path, ctx -> Answers.json(ctx, 200, nothing));
    }

    private static void get(RoutesConfig routes, String path, String what, String instead) {
        refuse(routes, HandlerType.GET, path, what, instead);
    }

    private static void post(RoutesConfig routes, String path, String what, String instead) {
        refuse(routes, HandlerType.POST, path, what, instead);
    }

    private static void refuse(RoutesConfig routes, HandlerType type, String path, String what, String instead) {
        routes.addHttpHandler(type, path, ctx -> {
            throw new Unsupported("engine.not-yet", "this engine does not serve " + what + " yet: " + instead);
        });
    }

    private static void everything(RoutesConfig routes, String path, Supplier<EngineException> refusal) {
        for (String deeper : List.of(path, path + "/<rest>")) {
            routes.get(deeper, ctx -> {
                throw refusal.get();
            });
            routes.post(deeper, ctx -> {
                throw refusal.get();
            });
            routes.delete(deeper, ctx -> {
                throw refusal.get();
            });
        }
    }
}
