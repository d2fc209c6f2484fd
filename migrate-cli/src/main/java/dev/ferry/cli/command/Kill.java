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

@Command(name = "kill", description = "Send a signal to containers.")
final class Kill implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-s", "--signal"},
            paramLabel = "SIGNAL",
            description = "name or number; default: KILL")
    private String signal = "";

    @Parameters(paramLabel = "CONTAINER", arity = "1..*")
    private List<String> containers = List.of();

    Kill(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            for (String container : containers) {
                engine.containers().kill(container, signal);
                invocation.console().line(container);
            }
        }
        return ExitCode.OK;
    }
}
