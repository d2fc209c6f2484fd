package dev.ferry.engine.http.container;

import dev.ferry.api.model.container.ContainerWait;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.engine.container.Container;
import dev.ferry.engine.container.ContainerEvents;
import dev.ferry.engine.container.ContainerRecord;
import dev.ferry.engine.container.ContainerRegistry;
import dev.ferry.engine.container.ProcessInput;
import dev.ferry.engine.container.Status;
import dev.ferry.engine.container.WaitTicket;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.Unsupported;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.AttachSession;
import dev.ferry.engine.http.Hijack;
import dev.ferry.engine.http.RawStream;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.http.Timestamps;
import dev.ferry.engine.log.LogOptions;
import dev.ferry.engine.log.LogQuery;
import dev.ferry.engine.log.LogReader;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Attach, logs and wait: answers that take as long as a container does. */
public final class StreamRoutes implements RouteGroup {

    private static final ApiVersion MULTIPLEXED_SINCE = new ApiVersion(1, 42);

    private final ContainerRegistry registry;
    private final ContainerEvents events;

    /** Over all containers. */
    public StreamRoutes(ContainerRegistry registry, ContainerEvents events) {
        this.registry = registry;
        this.events = events;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/containers/{id}/attach", this::attach);
        routes.get("/containers/{id}/logs", this::logs);
        routes.post("/containers/{id}/wait", this::waitFor);
    }

    private void attach(Context ctx) throws IOException {
        Container container = registry.find(ctx.pathParam("id"));
        if (container.status() instanceof Status.Paused) {
            throw new Conflict(
                    "container.paused",
                    "container " + container.id() + " is paused, unpause the container before attach");
        }
        if (container.status() instanceof Status.Restarting) {
            throw new Conflict(
                    "container.restarting",
                    "container " + container.id() + " is restarting, wait until the container is running");
        }
        boolean tty = container.record().config().tty();
        boolean stream = Answers.flag(ctx, "stream");
        boolean wanted = stream
                && Answers.flag(ctx, "stdin")
                && container.record().config().openStdin();
        LogQuery query =
                new LogQuery(Answers.flag(ctx, "stdout"), Answers.flag(ctx, "stderr"), null, null, -1, false, stream);
        // what is written from here on belongs to this client, even before it has its answer
        long from = Answers.flag(ctx, "logs") ? 0 : LogReader.end(container.log());
        WaitTicket end = new WaitTicket(container, WaitTicket.Until.NEXT_EXIT);
        ProcessInput input = new ProcessInput(container, end);
        AttachSession session = new AttachSession(
                container.log(),
                from,
                query,
                end::isOver,
                tty,
                AttachSession.Input.of(input::open, input::ended),
                wanted,
                Answers.text(ctx, "detachKeys"));
        drain(ctx);
        events.tell(container.record(), "attach");
        Hijack.start(ctx, upgrade(ctx), contentType(ctx, tty), connection -> {
            if (session.run(connection)) {
                events.tell(container.record(), "detach");
            }
        });
    }

    private void logs(Context ctx) throws IOException {
        Container container = registry.find(ctx.pathParam("id"));
        boolean stdout = Answers.flag(ctx, "stdout");
        boolean stderr = Answers.flag(ctx, "stderr");
        if (!stdout && !stderr) {
            throw new InvalidRequest("logs.streams", "Bad parameters: you must choose at least one stream");
        }
        ContainerRecord record = container.record();
        LogOptions options = LogOptions.parse(record.host().logConfig());
        if (!options.isReadable()) {
            throw new Unsupported("logs.none", "configured logging driver does not support reading");
        }
        boolean follow = Answers.flag(ctx, "follow");
        LogQuery query = new LogQuery(
                stdout,
                stderr,
                Timestamps.of(ctx, "since"),
                Timestamps.of(ctx, "until"),
                tail(ctx),
                Answers.flag(ctx, "timestamps"),
                follow,
                Answers.flag(ctx, "details")
                        ? options.details(
                                record.config().labels(), record.config().env())
                        : "");
        boolean tty = record.config().tty();
        WaitTicket end = new WaitTicket(container, WaitTicket.Until.NOT_RUNNING);
        AtomicBoolean left = new AtomicBoolean();
        Hijack.start(ctx, null, contentType(ctx, tty), connection -> {
            connection.whenClientLeaves(() -> {
                left.set(true);
                end.cancel();
            });
            LogReader.read(
                    container.log(),
                    0,
                    query,
                    () -> left.get() || end.isOver(),
                    RawStream.sink(connection.output(), tty));
        });
    }

    private void waitFor(Context ctx) throws IOException {
        Container container = registry.find(ctx.pathParam("id"));
        WaitTicket ticket = new WaitTicket(container, WaitTicket.Until.of(Answers.text(ctx, "condition")));
        drain(ctx);
        // the head goes out at once: the CLI starts the container only after it has it
        Hijack.start(ctx, null, "application/json", connection -> {
            connection.whenClientLeaves(ticket::cancel);
            OptionalInt code = ticket.await();
            if (code.isPresent()) {
                try (OutputStream out = connection.output()) {
                    out.write(Answers.bytes(new ContainerWait(code.getAsInt(), null)));
                    out.write("\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
        });
    }

    /** A body that was not read would be taken for the first bytes of the stream. */
    private static void drain(Context ctx) {
        if (ctx.bodyAsBytes().length > 0) {
            // clients send none; what an odd one sends has no meaning
            return;
        }
    }

    private static @Nullable String upgrade(Context ctx) {
        String upgrade = ctx.header("Upgrade");
        return upgrade == null || upgrade.isEmpty() ? null : upgrade;
    }

    private static String contentType(Context ctx, boolean tty) {
        return RawStream.contentType(tty, Answers.version(ctx).isAtLeast(MULTIPLEXED_SINCE));
    }

    private static int tail(Context ctx) {
        String tail = Answers.text(ctx, "tail");
        if (tail.isEmpty() || tail.equals("all")) {
            return -1;
        }
        return Answers.number(ctx, "tail", -1);
    }
}
