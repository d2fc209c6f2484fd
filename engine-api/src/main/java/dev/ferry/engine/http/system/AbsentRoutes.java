package dev.ferry.engine.http.system;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;
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
        for (String resource : SWARM) {
            everything(routes, "/" + resource, () -> new Unavailable("swarm.inactive", NO_SWARM));
        }
        routes.get("/volumes", ctx -> Answers.json(ctx, 200, Map.of("Volumes", List.of(), "Warnings", List.of())));
        routes.get("/volumes/<name>", ctx -> {
            throw new NotFound("volume.unknown", "get " + ctx.pathParam("name") + ": no such volume");
        });
        routes.get("/plugins", ctx -> Answers.json(ctx, 200, List.of()));
        refuse(routes, "/volumes/create", "named volumes", "bind a directory of the host: -v /path/on/host:/path");
        refuse(routes, "/networks/create", "networks of one's own", "use --network none or host");
        refuse(routes, "/build", "builds", "bring the image with docker load or docker import");
        refuse(routes, "/commit", "images made of containers", "export its files and import them");
        refuse(routes, "/auth", "registries", "bring images with docker load or docker import");
        refuse(routes, "/plugins/pull", "plugins", "leave them out");
    }

    private static void refuse(RoutesConfig routes, String path, String what, String instead) {
        routes.post(path, ctx -> {
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
