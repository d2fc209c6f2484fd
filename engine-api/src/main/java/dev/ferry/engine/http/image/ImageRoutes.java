package dev.ferry.engine.http.image;

import dev.ferry.api.model.image.ImageDelete;
import dev.ferry.api.model.image.ImageProgress;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Filters;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.image.ImageFilter;
import dev.ferry.engine.image.ImageService;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** List, import, load, save, inspect, history, tag, remove. */
public final class ImageRoutes implements RouteGroup {

    private final ImageService images;

    /** In front of the service. */
    public ImageRoutes(ImageService images) {
        this.images = images;
    }

    // <name> takes slashes: an image may be called "a/b/c:1"
    @Override
    public void register(RoutesConfig routes) {
        routes.get("/images/json", ctx -> Answers.json(ctx, 200, images.list(new ImageFilter(Filters.of(ctx)))));
        routes.post("/images/create", this::create);
        routes.post("/images/load", this::load);
        routes.post("/images/prune", this::prune);
        routes.get("/images/get", ctx -> save(ctx, ctx.queryParams("names")));
        routes.get("/images/search", ctx -> {
            throw noRegistry("search");
        });
        routes.get("/images/<name>/json", ctx -> Answers.json(ctx, 200, images.inspect(ctx.pathParam("name"))));
        routes.get("/images/<name>/history", ctx -> Answers.json(ctx, 200, images.history(ctx.pathParam("name"))));
        routes.get("/images/<name>/get", ctx -> save(ctx, List.of(ctx.pathParam("name"))));
        routes.post("/images/<name>/tag", this::tag);
        routes.post("/images/<name>/push", ctx -> {
            throw noRegistry("push");
        });
        routes.delete("/images/<name>", ctx -> {
            List<ImageDelete> removed = images.remove(ctx.pathParam("name"), Answers.flag(ctx, "force"));
            Answers.json(ctx, 200, removed);
        });
    }

    private void create(Context ctx) {
        String source = Answers.text(ctx, "fromSrc");
        String pulled = Answers.text(ctx, "fromImage");
        if (!pulled.isEmpty()) {
            String tag = Answers.text(ctx, "tag");
            throw new NotFound(
                    "image.no-registry",
                    "cannot pull \"" + pulled + (tag.isEmpty() ? "" : ":" + tag)
                            + "\": this engine speaks to no registry"
                            + " yet; bring the image with \"docker load\" or \"docker import\", or make one with"
                            + " \"ferry image from-host\"");
        }
        if (source.isEmpty()) {
            throw new InvalidRequest("image.create", "neither fromSrc nor fromImage is given");
        }
        if (!source.equals("-")) {
            throw new Unsupported(
                    "image.import-url",
                    "cannot import from \"" + source + "\": send the tar itself, with \"docker import -\" or a file");
        }
        String repository = Answers.text(ctx, "repo");
        String tag = Answers.text(ctx, "tag");
        String name = repository.isEmpty() || tag.isEmpty() ? repository : repository + ":" + tag;
        String id = images.importRootfs(
                ctx.bodyInputStream(), name, ctx.queryParams("changes"), Answers.text(ctx, "message"));
        lines(ctx, List.of(new ImageProgress("", id, null, "", null, "")));
    }

    private void load(Context ctx) {
        List<String> loaded = images.load(ctx.bodyInputStream());
        lines(
                ctx,
                loaded.stream()
                        .map(line -> new ImageProgress(line + "\n", "", null, "", null, ""))
                        .toList());
    }

    private void save(Context ctx, List<String> names) throws IOException {
        if (names.isEmpty()) {
            throw new InvalidRequest("image.save", "no image is named");
        }
        // everything that can be wrong with a name must be said before the first byte
        names.forEach(images::resolve);
        ctx.res().setStatus(200);
        ctx.res().setContentType("application/x-tar");
        try (OutputStream out = new BufferedOutputStream(ctx.res().getOutputStream(), 1 << 16)) {
            images.save(names, out);
        }
    }

    private void tag(Context ctx) {
        images.tag(ctx.pathParam("name"), Answers.text(ctx, "repo"), Answers.text(ctx, "tag"));
        ctx.status(201);
    }

    private void prune(Context ctx) {
        Map<String, List<String>> filters = Filters.of(ctx);
        Map<String, List<String>> wanted = new LinkedHashMap<>(filters);
        List<String> dangling = wanted.getOrDefault("dangling", List.of("true"));
        if (dangling.contains("true") || dangling.contains("1")) {
            wanted.put("dangling", List.of("true"));
        } else {
            wanted.remove("dangling"); // every image that no container uses, whatever it is called
        }
        long before = images.layersSize();
        List<ImageDelete> removed = images.prune(new ImageFilter(wanted));
        Answers.json(
                ctx,
                200,
                Map.of("ImagesDeleted", removed, "SpaceReclaimed", Math.max(0, before - images.layersSize())));
    }

    private static void lines(Context ctx, List<ImageProgress> progress) {
        StringBuilder text = new StringBuilder();
        for (ImageProgress line : progress) {
            text.append(new String(Answers.bytes(line), StandardCharsets.UTF_8)).append("\r\n");
        }
        ctx.status(200);
        ctx.contentType("application/json");
        ctx.result(text.toString());
    }

    private static Unsupported noRegistry(String what) {
        return new Unsupported("image.no-registry", "cannot " + what + ": this engine speaks to no registry yet");
    }
}
