package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Remove containers with their checkpoints.")
final class Rm implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-f", "--force"},
            description = "also when they run: SIGKILL first")
    private boolean force;

    @Option(
            names = {"-v", "--volumes"},
            description = "with their unnamed volumes")
    private boolean volumes;

    @Parameters(paramLabel = "CONTAINER", arity = "1..*")
    private List<String> containers = List.of();

    Rm(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            for (String container : containers) {
                engine.containers().remove(container, force, volumes);
                invocation.console().line(container);
            }
        }
        return ExitCode.OK;
    }
}
