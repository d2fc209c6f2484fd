package dev.ferry.engine.http.migration;

import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationResolution;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Hijack;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.migration.Migrations;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code /ferry/v1/migrations}. */
public final class MigrationRoutes implements RouteGroup {
    private static final String PREFIX = "/ferry/v1/migrations";

    private final Migrations migrations;

    /** In front of the service. */
    public MigrationRoutes(Migrations migrations) {
        this.migrations = migrations;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post(PREFIX, this::begin);
        routes.get(PREFIX, ctx -> Answers.json(ctx, 200, migrations.list()));
        routes.get(PREFIX + "/{id}", ctx -> Answers.json(ctx, 200, migrations.inspect(ctx.pathParam("id"))));
        routes.get(PREFIX + "/{id}/events", this::events);
        routes.post(PREFIX + "/{id}/cancel", ctx -> Answers.json(ctx, 200, migrations.cancel(ctx.pathParam("id"))));
        routes.post(PREFIX + "/{id}/resolve", ctx -> {
            MigrationResolution word = Answers.body(ctx, MigrationResolution.class);
            Answers.json(ctx, 200, migrations.resolve(ctx.pathParam("id"), word.run()));
        });
    }

    private void begin(Context ctx) throws InterruptedException {
        MigrationRequest request = Answers.body(ctx, MigrationRequest.class);
        if (request.dryRun()) {
            Answers.json(ctx, 200, migrations.dryRun(request));
        } else {
            Answers.json(ctx, 201, migrations.begin(request));
        }
    }

    private void events(Context ctx) throws IOException {
        String id = ctx.pathParam("id");
        migrations.inspect(id); // what is not there is said before the stream begins
        Hijack.start(ctx, null, "application/x-ndjson", connection -> {
            AtomicBoolean left = new AtomicBoolean();
            connection.whenClientLeaves(() -> left.set(true));
            migrations.follow(id, detail -> {
                if (left.get()) {
                    throw new IOException("the client has left");
                }
                byte[] json = Answers.bytes(detail);
                byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
                line[json.length] = '\n';
                connection.output().write(line);
                connection.output().flush();
            });
        });
    }
}
