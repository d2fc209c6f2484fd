package dev.ferry.engine.http.container;

import dev.ferry.api.model.volume.VolumeUsage;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Doubts;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.files.FileService;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.volume.VolumeRoutes;
import dev.ferry.engine.image.ImageFilter;
import dev.ferry.engine.image.ImageService;
import dev.ferry.engine.network.NetworkViews;
import dev.ferry.engine.volume.VolumeService;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code docker system df}. */
public final class DiskRoutes implements RouteGroup {
    private static final List<String> TYPES = List.of("container", "image", "volume", "build-cache");

    private final ContainerRegistry registry;
    private final FileService files;
    private final ImageService images;
    private final VolumeService volumes;
    private final Doubts doubts;
    private final NetworkViews networks;

    /** In front of the services. */
    public DiskRoutes(
            ContainerRegistry registry,
            FileService files,
            ImageService images,
            VolumeService volumes,
            Doubts doubts,
            NetworkViews networks) {
        this.registry = registry;
        this.files = files;
        this.images = images;
        this.volumes = volumes;
        this.doubts = doubts;
        this.networks = networks;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/system/df", this::usage);
    }

    private void usage(Context ctx) {
        List<String> asked = ctx.queryParams("type");
        for (String type : asked) {
            if (!TYPES.contains(type)) {
                throw new InvalidRequest("system.df", "unknown object type: " + type);
            }
        }
        List<String> types = asked.isEmpty() ? TYPES : asked;
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("LayersSize", types.contains("image") ? (Long) images.layersSize() : (Long) 0L);
        usage.put("Images", types.contains("image") ? images.list(ImageFilter.ALL) : List.of());
        usage.put(
                "Containers",
                types.contains("container")
                        ? registry.all().stream().map(this::container).toList()
                        : List.of());
        usage.put(
                "Volumes",
                types.contains("volume")
                        ? volumes.list().stream()
                                .map(each -> VolumeRoutes.shown(volumes, each)
                                        .withUsage(new VolumeUsage(
                                                volumes.size(each),
                                                volumes.users(each.name()).size())))
                                .toList()
                        : List.of());
        usage.put("BuildCache", List.of());
        Answers.json(ctx, 200, usage);
    }

    private Object container(Container container) {
        return ContainerViews.sized(ContainerViews.summary(container, doubts, networks), files.sizes(container));
    }
}
