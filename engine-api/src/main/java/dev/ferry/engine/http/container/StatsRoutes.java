package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.ContainerStats;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.Gauge;
import dev.ferry.engine.container.WaitTicket;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.Hijack;
import dev.ferry.engine.http.RouteGroup;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * What containers use. Each client has its own samples, one a second, taken by the thread that writes to it: a client that does not read
 * gets fewer of them, and nothing is kept for it.
 */
public final class StatsRoutes implements RouteGroup {

    private static final long INTERVAL_MILLIS = 1000;

    private final ContainerRegistry registry;
    private final Gauge gauge;

    /** Over all containers. */
    public StatsRoutes(ContainerRegistry registry, Gauge gauge) {
        this.registry = registry;
        this.gauge = gauge;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/containers/{id}/stats", this::stats);
    }

    private void stats(Context ctx) throws IOException, InterruptedException {
        Container container = registry.find(ctx.pathParam("id"));
        boolean stream = Answers.flag(ctx, "stream", true);
        boolean oneShot = Answers.flag(ctx, "one-shot");
        if (stream && oneShot) {
            throw new InvalidRequest("stats.one-shot", "cannot have stream=true and one-shot=true");
        }
        if (stream) {
            Hijack.start(ctx, null, "application/json", connection -> send(container, connection));
            return;
        }
        ContainerStats first = gauge.read(container);
        if (oneShot || !container.status().isAlive()) {
            Answers.json(ctx, 200, first);
            return;
        }
        // a rate needs two; whoever wants none says one-shot
        new WaitTicket(container, WaitTicket.Until.NEXT_EXIT).await(INTERVAL_MILLIS);
        Answers.json(ctx, 200, compared(gauge.read(container), first));
    }

    /** Until the client leaves or the container is removed. One that does not run has samples too: of zeros. */
    private void send(Container container, Hijack connection) throws IOException, InterruptedException {
        WaitTicket end = new WaitTicket(container, WaitTicket.Until.REMOVED);
        connection.whenClientLeaves(end::cancel);
        try (OutputStream out = connection.output()) {
            ContainerStats before = gauge.read(container);
            out.write(line(before));
            while (!end.await(INTERVAL_MILLIS)) {
                ContainerStats now = gauge.read(container);
                out.write(line(compared(now, before)));
                before = now;
            }
        }
    }

    private static ContainerStats compared(ContainerStats now, ContainerStats before) {
        return now.pids().current() == 0 ? now : now.after(before);
    }

    private static byte[] line(ContainerStats sample) {
        byte[] json = Answers.bytes(sample);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
