package dev.ferry.engine.http.system;

import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;
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
        routes.get("/volumes", ctx -> Answers.json(ctx, 200, Map.of("Volumes", List.of(), "Warnings", List.of())));
        routes.get("/plugins", ctx -> Answers.json(ctx, 200, List.of()));
        for (HandlerType type : List.of(HandlerType.GET, HandlerType.DELETE)) {
            routes.addHttpHandler(type, "/volumes/<name>", ctx -> {
                throw new NotFound("volume.unknown", "get " + ctx.pathParam("name") + ": no such volume");
            });
        }
        prune(routes, "/volumes/prune", Map.of("VolumesDeleted", List.of(), "SpaceReclaimed", 0));
        prune(routes, "/build/prune", Map.of("CachesDeleted", List.of(), "SpaceReclaimed", 0));

        post(routes, "/volumes/create", "named volumes", "bind a directory of the host: -v /path/on/host:/path");
        post(routes, "/build", "builds", "bring the image with docker load or docker import");
        post(
                routes,
                "/commit",
                "images made of containers",
                "pack its files with docker exec and tar, and import them");
        post(routes, "/auth", "registries", "bring images with docker load or docker import");
        get(routes, "/distribution/<name>", "registries", "bring images with docker load or docker import");
        post(routes, "/plugins/pull", "plugins", "leave them out");
        post(routes, "/swarm/init", "swarms", "leave them out");
        post(routes, "/swarm/join", "swarms", "leave them out");
        get(routes, "/containers/{id}/stats", "statistics", "read the files of its control group on the host");
        get(routes, "/containers/{id}/changes", "diff", "inspect a checkpoint's rootfs-diff.tar");
        get(routes, "/containers/{id}/export", "export", "use docker exec with tar");
        get(routes, "/containers/{id}/attach/ws", "attaching by websocket", "attach by the hijacked connection");
        post(routes, "/containers/{id}/update", "changing limits", "make a new container");
        for (HandlerType type : List.of(HandlerType.GET, HandlerType.HEAD, HandlerType.PUT)) {
            refuse(routes, type, "/containers/{id}/archive", "cp", "bind a directory, or use docker exec with tar");
        }
        for (String resource : SWARM) {
            everything(routes, "/" + resource, () -> new Unavailable("swarm.inactive", NO_SWARM));
        }
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
