package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Names;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "cancel", description = "Call a migration off, unless its container is handed over already.")
final class MigrationCancel implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "ID", index = "0", description = "the beginning of it is enough")
    private String id = "";

    MigrationCancel(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            MigrationDetail detail = engine.migrations().cancel(id);
            invocation.console().line(Names.shortId(detail.id()));
            invocation
                    .console()
                    .note("container '" + detail.name() + "' stays "
                            + (detail.side().equals("source") ? "here" : "at '" + detail.peer() + "'"));
        }
        return ExitCode.OK;
    }
}
