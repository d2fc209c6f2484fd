package dev.ferry.engine.http.volume;

import dev.ferry.api.model.volume.Volume;
import dev.ferry.api.model.volume.VolumeCreateRequest;
import dev.ferry.api.model.volume.VolumeList;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Filters;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.volume.VolumeRecord;
import dev.ferry.engine.volume.VolumeService;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/** List, create, inspect, remove, prune. */
public final class VolumeRoutes implements RouteGroup {
    /** Before this version a pruning took the volumes that have names, too. */
    private static final ApiVersion ANONYMOUS_ONLY = new ApiVersion(1, 42);

    private final VolumeService volumes;

    /** In front of the service. */
    public VolumeRoutes(VolumeService volumes) {
        this.volumes = volumes;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/volumes", this::list);
        routes.post("/volumes/create", this::create);
        routes.post("/volumes/prune", this::prune);
        routes.get(
                "/volumes/{name}",
                ctx -> Answers.json(ctx, 200, shown(volumes, volumes.require(ctx.pathParam("name")))));
        routes.delete("/volumes/{name}", this::remove);
    }

    private void list(Context ctx) {
        VolumeFilter filter = VolumeFilter.ofList(Filters.of(ctx), volumes);
        List<Volume> rows = volumes.list().stream()
                .filter(filter::admits)
                .map(record -> shown(volumes, record))
                .toList();
        Answers.json(ctx, 200, new VolumeList(rows, List.of()));
    }

    private void create(Context ctx) {
        VolumeCreateRequest request = Answers.body(ctx, VolumeCreateRequest.class);
        VolumeRecord record = volumes.create(request.name(), request.driver(), request.driverOpts(), request.labels());
        Answers.json(ctx, 201, shown(volumes, record));
    }

    private void remove(Context ctx) {
        try {
            volumes.remove(ctx.pathParam("name"));
        } catch (NotFound e) {
            if (!Answers.flag(ctx, "force")) {
                throw e;
            }
        }
        ctx.status(204);
    }

    private void prune(Context ctx) {
        VolumeFilter filter = VolumeFilter.ofPrune(Filters.of(ctx), volumes);
        boolean all = Answers.version(ctx).compareTo(ANONYMOUS_ONLY) < 0 || filter.flag("all");
        VolumeService.Pruned pruned = volumes.prune(volumes.list().stream()
                .filter(record -> all || record.isAnonymous())
                .filter(filter::admits)
                .toList());
        Answers.json(ctx, 200, Map.of("VolumesDeleted", pruned.names(), "SpaceReclaimed", pruned.bytes()));
    }

    /** As the API shows it. */
    public static Volume shown(VolumeService volumes, VolumeRecord record) {
        return new Volume(
                record.name(),
                "local",
                volumes.mountpoint(record.name()).toString(),
                record.created(),
                record.labels(),
                "local",
                record.options(),
                null);
    }
}
