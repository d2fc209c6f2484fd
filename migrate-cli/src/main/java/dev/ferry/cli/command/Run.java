package dev.ferry.cli.command;

import dev.ferry.api.client.ContainerCalls.PendingExit;
import dev.ferry.api.client.ContainerCalls.WaitCondition;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.container.ContainerCreateResponse;
import dev.ferry.api.model.container.ContainerWait;
import dev.ferry.api.model.container.ContainerWaitError;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Failures;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "run", description = "Make a container and start it.")
final class Run implements Callable<Integer> {
    private static final Duration END_AFTER_SIGNAL = Duration.ofSeconds(10);

    private final Invocation invocation;

    @Option(names = "--name", paramLabel = "NAME", description = "default: chosen by the engine")
    private String name = "";

    @Mixin
    private RunOptions options = new RunOptions();

    @Parameters(paramLabel = "IMAGE", index = "0")
    private String image = "";

    @Parameters(paramLabel = "COMMAND", index = "1..*", arity = "0..*")
    private List<String> command = List.of();

    Run(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        ProgramOptions program = options.program();
        try (EngineClient engine = invocation.engine()) {
            ContainerCreateResponse created =
                    engine.containers().create(options.request(image, command, invocation), name);
            created.warnings().forEach(invocation.console()::note);
            try {
                return program.isDetached() ? startDetached(engine, created.id()) : startAttached(engine, created.id());
            } catch (EngineRefused e) {
                // as docker: what never ran is kept for a look unless --rm was given
                if (options.isRemove()) {
                    removeQuietly(engine, created.id());
                }
                invocation.console().complain(Failures.of(e).text());
                return Failures.startCode(e);
            }
        }
    }

    private int startDetached(EngineClient engine, String id) throws IOException {
        engine.containers().start(id);
        invocation.console().line(id);
        return ExitCode.OK;
    }

    private int startAttached(EngineClient engine, String id) throws IOException {
        ProgramOptions program = options.program();
        WaitCondition until = options.isRemove() ? WaitCondition.REMOVED : WaitCondition.NEXT_EXIT;
        // attach and wait stand before the start, so that neither the first byte nor a quick end is missed
        try (Attachment attachment = Attachment.of(
                        engine.containers().attach(id, program.isInteractive()),
                        program.isTty(),
                        program.isInteractive(),
                        invocation.console());
                PendingExit exit = engine.containers().await(id, until)) {
            Thread passSignal = new Thread(() -> passSignal(engine, id), "pass-signal");
            Runtime.getRuntime().addShutdownHook(passSignal);
            engine.containers().start(id);
            attachment.follow((rows, columns) -> engine.containers().resize(id, rows, columns));
            if (!attachment.await()) {
                invocation.console().note("detached; the container goes on");
                return ExitCode.OK;
            }
            ContainerWait ended = exit.result();
            ContainerWaitError error = ended.error();
            if (error != null) {
                throw new Refusal("waiting for container '" + id + "': " + error.message());
            }
            return Math.toIntExact(ended.statusCode());
        }
    }

    /** Ctrl-C ends the container first; the program follows with its exit code. */
    private static void passSignal(EngineClient engine, String id) {
        try {
            engine.containers().kill(id, "INT");
            Thread.sleep(END_AFTER_SIGNAL);
        } catch (IOException e) {
            // ended already, or the engine is gone: nothing to pass on to
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeQuietly(EngineClient engine, String id) {
        try {
            engine.containers().remove(id, true, true);
        } catch (IOException e) {
            // the failure of the start is the one to tell
        }
    }
}
