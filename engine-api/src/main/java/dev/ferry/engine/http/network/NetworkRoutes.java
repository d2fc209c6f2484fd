package dev.ferry.engine.http.network;

import dev.ferry.api.model.network.NetworkInspect;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.error.Forbidden;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Filters;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.network.NetworkViews;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** The networks that every engine has; what users could make themselves is refused with the way round it. */
public final class NetworkRoutes implements RouteGroup {

    private final NetworkViews views;
    private final ContainerRegistry registry;

    /** In front of the services. */
    public NetworkRoutes(NetworkViews views, ContainerRegistry registry) {
        this.views = views;
        this.registry = registry;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/networks", this::list);
        routes.get("/networks/{id}", ctx -> Answers.json(ctx, 200, find(ctx.pathParam("id"))));
        routes.delete("/networks/{id}", ctx -> {
            String name = find(ctx.pathParam("id")).name();
            throw new Forbidden("network.predefined", name + " is a pre-defined network and cannot be removed");
        });
        routes.post("/networks/prune", ctx -> Answers.json(ctx, 200, Map.of("NetworksDeleted", List.of())));
        for (String path : List.of("/networks/create", "/networks/{id}/connect", "/networks/{id}/disconnect")) {
            routes.post(path, ctx -> {
                throw new Unsupported(
                        "engine.not-yet",
                        "this engine does not serve networks of one's own yet: use --network bridge, none, host or"
                                + " container:NAME");
            });
        }
    }

    private void list(Context ctx) {
        Map<String, List<String>> filters = Filters.of(ctx);
        Answers.json(
                ctx,
                200,
                views.all(this::name).stream()
                        .filter(network -> shows(filters, network))
                        .toList());
    }

    private static boolean shows(Map<String, List<String>> filters, NetworkInspect network) {
        return anyPart(filters.getOrDefault("name", List.of()), network.name())
                && anyPart(filters.getOrDefault("id", List.of()), network.id())
                && any(filters.getOrDefault("driver", List.of()), network.driver())
                && any(filters.getOrDefault("scope", List.of()), network.scope())
                && any(filters.getOrDefault("type", List.of()), "builtin")
                && filters.getOrDefault("label", List.of()).isEmpty();
    }

    private static boolean any(List<String> wanted, String value) {
        return wanted.isEmpty() || wanted.contains(value);
    }

    private static boolean anyPart(List<String> wanted, String value) {
        return wanted.isEmpty() || wanted.stream().anyMatch(value::contains);
    }

    private NetworkInspect find(String reference) {
        List<NetworkInspect> all = views.all(this::name);
        return all.stream()
                .filter(network -> network.name().equals(reference))
                .findFirst()
                .or(() -> all.stream()
                        .filter(network -> network.id().startsWith(reference))
                        .findFirst())
                .orElseThrow(() -> new NotFound("network.unknown", "network " + reference + " not found"));
    }

    private String name(String id) {
        return registry.all().stream()
                .filter(container -> container.id().text().equals(id))
                .map(Container::record)
                .map(record -> record.name())
                .findFirst()
                .orElse("");
    }
}
