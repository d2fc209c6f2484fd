package dev.ferry.engine.http.exec;

import dev.ferry.api.model.IdResponse;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.exec.ExecInspect;
import dev.ferry.api.model.exec.ExecStartRequest;
import dev.ferry.api.model.exec.ProcessConfig;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.exec.Exec;
import dev.ferry.engine.exec.ExecService;
import dev.ferry.engine.http.Answers;
import dev.ferry.engine.http.AttachSession;
import dev.ferry.engine.http.Hijack;
import dev.ferry.engine.http.RawStream;
import dev.ferry.engine.http.RouteGroup;
import dev.ferry.engine.log.FrameSink;
import dev.ferry.engine.log.LogQuery;
import dev.ferry.runtime.container.ContainerProcess;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Create, start, resize, inspect. */
public final class ExecRoutes implements RouteGroup {

    private static final ApiVersion MULTIPLEXED_SINCE = new ApiVersion(1, 42);
    private static final int STDERR = 2;

    private final ExecService execs;

    /** In front of the service. */
    public ExecRoutes(ExecService execs) {
        this.execs = execs;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.post("/containers/{id}/exec", ctx -> {
            Exec exec = execs.create(ctx.pathParam("id"), Answers.body(ctx, ExecCreateRequest.class));
            Answers.json(ctx, 201, new IdResponse(exec.id()));
        });
        routes.post("/exec/{id}/start", this::start);
        routes.post("/exec/{id}/resize", this::resize);
        routes.get("/exec/{id}/json", ctx -> Answers.json(ctx, 200, inspect(execs.find(ctx.pathParam("id")))));
    }

    private void start(Context ctx) throws IOException, InterruptedException {
        Exec exec = execs.find(ctx.pathParam("id"));
        ExecStartRequest request = Answers.body(ctx, ExecStartRequest.class);
        execs.claim(exec);
        if (request.detach()) {
            execs.start(exec);
            ctx.status(200);
            return;
        }
        boolean tty = exec.request().tty();
        String upgrade = ctx.header("Upgrade");
        String type = RawStream.contentType(tty, Answers.version(ctx).isAtLeast(MULTIPLEXED_SINCE));
        Hijack.start(
                ctx,
                upgrade == null || upgrade.isEmpty() ? null : upgrade,
                type,
                connection -> serve(exec, connection));
    }

    /** The head has been sent by now: that a program cannot be executed goes to the client as its error output, with the exit code. */
    private void serve(Exec exec, Hijack connection) throws IOException, InterruptedException {
        boolean tty = exec.request().tty();
        try {
            execs.start(exec);
        } catch (EngineException e) {
            FrameSink sink = RawStream.sink(connection.output(), tty);
            sink.write(STDERR, (e.getMessage() + "\r\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        ContainerProcess process = exec.process();
        if (process == null) {
            return;
        }
        new AttachSession(
                        exec.log(),
                        0,
                        new LogQuery(
                                exec.request().attachStdout(),
                                exec.request().attachStderr() || tty,
                                null,
                                null,
                                -1,
                                false,
                                true),
                        () -> process.exit().isPresent(),
                        tty,
                        AttachSession.Input.of(() -> stdin(process), () -> {
                            if (!tty) {
                                process.closeStdin();
                            }
                        }),
                        exec.request().attachStdin(),
                        exec.request().detachKeys())
                .run(connection);
    }

    private static OutputStream stdin(ContainerProcess process) throws IOException {
        return process.stdin();
    }

    private void resize(Context ctx) {
        Exec exec = execs.find(ctx.pathParam("id"));
        @Nullable ContainerProcess process = exec.process();
        if (process == null || process.exit().isPresent()) {
            throw new Conflict("exec.not-running", "exec " + exec.id() + " is not running");
        }
        try {
            process.resize(Answers.number(ctx, "h", 0), Answers.number(ctx, "w", 0));
        } catch (IOException e) {
            throw new Failed("exec.resize", "cannot resize exec " + exec.id() + ": " + e.getMessage(), e);
        }
        ctx.status(200);
    }

    private static ExecInspect inspect(Exec exec) {
        List<String> command = exec.request().cmd();
        Optional<Integer> code = exec.exitCode();
        @Nullable ContainerProcess process = exec.process();
        return new ExecInspect(
                exec.id(),
                exec.isRunning(),
                code.orElse(null),
                new ProcessConfig(
                        exec.request().tty(),
                        command.getFirst(),
                        command.subList(1, command.size()),
                        exec.request().privileged(),
                        exec.request().user()),
                exec.request().attachStdin(),
                exec.request().attachStderr(),
                exec.request().attachStdout(),
                false,
                exec.container().id().text(),
                exec.request().detachKeys(),
                process == null ? 0 : process.initPid());
    }
}
