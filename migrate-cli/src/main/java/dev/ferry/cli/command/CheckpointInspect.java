package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Everything a checkpoint's manifest knows, as JSON.")
final class CheckpointInspect implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    @Parameters(paramLabel = "NAME", index = "1")
    private String name = "";

    CheckpointInspect(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            invocation.console().json(engine.ferry().checkpoint(container, name));
        }
        return ExitCode.OK;
    }
}
