package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Remove checkpoints of a container.")
final class CheckpointRm implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    @Parameters(paramLabel = "NAME", index = "1..*", arity = "1..*")
    private List<String> names = List.of();

    CheckpointRm(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            for (String name : names) {
                engine.checkpoints().remove(container, name);
                invocation.console().line(name);
            }
        }
        return ExitCode.OK;
    }
}
