package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Everything this engine knows of a migration, as JSON.")
final class MigrationInspect implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "ID", index = "0", description = "the beginning of it is enough")
    private String id = "";

    MigrationInspect(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            invocation.console().json(engine.migrations().inspect(id));
        }
        return ExitCode.OK;
    }
}
