package dev.ferry.engine.http.files;

import dev.ferry.api.model.IdResponse;
import dev.ferry.api.model.container.ContainerConfig;
import dev.ferry.api.model.container.FilesystemChange;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.files.CommitService;
import dev.ferry.engine.files.FileService;
import dev.ferry.engine.files.FileView;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.TarAnswer;
import dev.ferry.store.files.FileChange;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/** Files of containers on their way in and out: {@code docker cp}, {@code diff}, {@code export}, {@code commit}. */
public final class FileRoutes implements RouteGroup {
    private final FileService files;
    private final CommitService commits;

    /** In front of the services. */
    public FileRoutes(FileService files, CommitService commits) {
        this.files = files;
        this.commits = commits;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.head("/containers/{id}/archive", this::facts);
        routes.get("/containers/{id}/archive", this::pack);
        routes.put("/containers/{id}/archive", this::unpack);
        routes.get(
                "/containers/{id}/changes",
                ctx -> Answers.json(
                        ctx,
                        200,
                        files.changes(ctx.pathParam("id")).stream()
                                .map(change -> new FilesystemChange(change.path(), number(change.kind())))
                                .toList()));
        routes.get("/containers/{id}/export", this::export);
        routes.post("/commit", this::commit);
    }

    private void facts(Context ctx) throws InterruptedException {
        try (FileView view = files.open(ctx.pathParam("id"))) {
            ctx.header(PathStat.HEADER, PathStat.of(view.facts(path(ctx))).header());
        }
        ctx.status(200);
    }

    private void pack(Context ctx) throws InterruptedException {
        String id = ctx.pathParam("id");
        String path = path(ctx);
        try (FileView view = files.open(id)) {
            ctx.header(PathStat.HEADER, PathStat.of(view.facts(path)).header());
            files.tell(id, "archive-path");
            TarAnswer.send(ctx, out -> view.pack(path, out));
        }
    }

    private void export(Context ctx) throws InterruptedException {
        String id = ctx.pathParam("id");
        try (FileView view = files.openRoot(id)) {
            TarAnswer.send(ctx, view::packAll);
        }
        files.tell(id, "export");
    }

    private void commit(Context ctx) throws InterruptedException {
        String repository = Answers.text(ctx, "repo");
        String tag = Answers.text(ctx, "tag");
        List<String> changes = ctx.queryParams("changes").stream()
                .flatMap(String::lines)
                .filter(line -> !line.isBlank())
                .toList();
        String body = ctx.body().strip();
        Optional<ContainerConfig> config = body.isEmpty() || body.equals("null")
                ? Optional.empty()
                : Optional.of(Answers.body(ctx, ContainerConfig.class));
        String id = commits.commit(
                Answers.text(ctx, "container"),
                new CommitService.Wish(
                        repository.isEmpty() || tag.isEmpty() ? repository : repository + ":" + tag,
                        Answers.text(ctx, "author"),
                        Answers.text(ctx, "comment"),
                        changes,
                        config,
                        Answers.flag(ctx, "pause", true)));
        Answers.json(ctx, 201, new IdResponse(id));
    }

    private void unpack(Context ctx) throws InterruptedException {
        String id = ctx.pathParam("id");
        files.unpack(
                id,
                path(ctx),
                ctx.bodyInputStream(),
                Answers.flag(ctx, "noOverwriteDirNonDir"),
                Answers.flag(ctx, "copyUIDGID"));
        files.tell(id, "extract-to-dir");
        ctx.status(200);
    }

    private static String path(Context ctx) {
        String path = Answers.text(ctx, "path");
        if (path.isEmpty() || path.indexOf('\0') >= 0) {
            throw new InvalidRequest("file.path", "bad parameter: 'path' cannot be empty");
        }
        return path;
    }

    /** As the API counts them. */
    private static int number(FileChange.Kind kind) {
        return switch (kind) {
            case MODIFIED -> 0;
            case ADDED -> 1;
            case DELETED -> 2;
        };
    }
}
