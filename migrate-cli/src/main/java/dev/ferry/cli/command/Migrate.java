package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationVerdict;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import dev.ferry.cli.migration.CallOff;
import dev.ferry.cli.migration.EndText;
import dev.ferry.cli.migration.Following;
import dev.ferry.cli.migration.Progress;
import dev.ferry.cli.migration.VerdictText;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.terminal.Interrupts;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "migrate",
        description = "Move a running container to another engine, where it goes on.",
        footer = {
            "",
            "Exit codes: 0 it runs there (with --dry-run: it could be moved); 1 it was not moved and runs here, or"
                    + " nobody knows yet which of the two runs it, and the text says what to do; 125 the engine refused to"
                    + " begin, or is gone.",
            "Ctrl-C calls the migration off until the container is handed over; a second one leaves, and the migration"
                    + " goes on."
        })
final class Migrate implements Callable<Integer> {
    /** Of a shell for a program that SIGINT ended. */
    private static final int LEFT = 130;

    private static final int NOT_FOUND = 404;

    private final Invocation invocation;

    @Option(names = "--to", paramLabel = "PEER", required = true, description = "where to; 'ferry peer ls' lists them")
    private String to = "";

    @Option(names = "--dry-run", description = "only ask both engines what speaks against it")
    private boolean dryRun;

    @Option(names = "--keep-source", description = "keep what is left of it here, stopped; else it is removed here")
    private boolean keepSource;

    @Option(
            names = "--volume-present",
            paramLabel = "PATH",
            description = "a bind-mounted path of this host that has the same files at the other one")
    private List<String> volumesPresent = List.of();

    @Option(
            names = "--bandwidth",
            paramLabel = "RATE",
            description = "send no faster: bytes a second, such as 50MB, or bits a second, such as 1Gbit")
    private String bandwidth = "";

    @Option(
            names = {"-d", "--detach"},
            description = "print the migration's id and do not wait for its end")
    private boolean detach;

    @Option(names = "--json", description = "the verdict, or what it came to, as JSON")
    private boolean json;

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    Migrate(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        MigrationRequest request = request();
        try (EngineClient engine = invocation.engine()) {
            if (dryRun) {
                return ask(engine, request);
            }
            return detach ? beginOnly(engine, request) : move(engine, request);
        }
    }

    private MigrationRequest request() {
        if (dryRun && detach) {
            throw new UsageError("--detach has no meaning with --dry-run, which begins nothing");
        }
        for (String path : volumesPresent) {
            if (!path.startsWith("/")) {
                throw new UsageError("--volume-present '" + path + "' is no absolute path");
            }
        }
        long rate = bandwidth.isEmpty() ? 0 : SizeText.bytesPerSecond("--bandwidth", bandwidth);
        return new MigrationRequest(container, to, dryRun, keepSource, volumesPresent, rate);
    }

    private int ask(EngineClient engine, MigrationRequest request) throws IOException {
        MigrationVerdict verdict = engine.migrations().dryRun(request);
        if (json) {
            invocation.console().json(verdict);
        } else {
            invocation.console().text(VerdictText.of(container, to, verdict));
        }
        return verdict.go() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private int beginOnly(EngineClient engine, MigrationRequest request) throws IOException {
        MigrationDetail begun = engine.migrations().begin(request);
        if (json) {
            invocation.console().json(begun);
        } else {
            invocation.console().line(begun.id());
        }
        return ExitCode.OK;
    }

    private int move(EngineClient engine, MigrationRequest request) throws IOException, InterruptedException {
        Console console = invocation.console();
        CallOff callOff = new CallOff(engine.migrations()::cancel, console::note, this::leave);
        Following following =
                new Following(asked(engine), Progress.on(console), console::note, Following.Patience.DEFAULT);
        Following.End end;
        Interrupts interrupts = Interrupts.heardBy(callOff::interrupt);
        try {
            MigrationDetail begun = engine.migrations().begin(request);
            callOff.begun(begun.id());
            end = following.follow(begun);
        } finally {
            interrupts.close();
        }
        return switch (end) {
            case Following.End.Over over -> over(engine, over);
            case Following.End.InDoubt doubt -> {
                show(doubt.detail());
                console.complain(EndText.inDoubt(doubt.detail()));
                yield ExitCode.NEGATIVE;
            }
            case Following.End.Lost lost -> {
                show(lost.last());
                console.complain(
                        EndText.lost(lost.last(), String.valueOf(lost.why().getMessage())));
                yield ExitCode.ENGINE;
            }
        };
    }

    private void leave() {
        invocation.console().flush();
        Runtime.getRuntime().halt(LEFT);
    }

    private static Following.Engine asked(EngineClient engine) {
        return new Following.Engine() {
            @Override
            public void follow(String id, Predicate<MigrationDetail> sink) throws IOException {
                engine.migrations().followWhile(id, sink);
            }

            @Override
            public MigrationDetail inspect(String id) throws IOException {
                return engine.migrations().inspect(id);
            }
        };
    }

    private int over(EngineClient engine, Following.End.Over over) {
        MigrationDetail detail = over.detail();
        Console console = invocation.console();
        show(detail);
        if (!detail.outcome().equals("moved")) {
            console.complain(EndText.failed(detail, status(engine, detail.container())));
            return ExitCode.NEGATIVE;
        }
        if (!json) {
            MigrationDetail measured = over.measured();
            console.table(EndText.timeline(measured, EndText.totalMicros(detail, measured)));
            console.line("");
            console.line(EndText.blackout(measured));
        }
        console.note("container '" + detail.name() + "' runs at '" + detail.peer() + "'"
                + (keepSource ? "; what is left of it here is stopped" : ""));
        return ExitCode.OK;
    }

    private void show(MigrationDetail detail) {
        if (json) {
            invocation.console().json(detail);
        }
    }

    /** See {@link EndText#failed}. */
    private static String status(EngineClient engine, String id) {
        try {
            return engine.containers().inspect(id).state().status();
        } catch (EngineRefused e) {
            return e.status() == NOT_FOUND ? "removed" : "";
        } catch (IOException e) {
            return "";
        }
    }
}
