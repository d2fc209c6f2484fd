package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.EngineRefused;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Failures;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "start", description = "Start containers that do not run.")
final class Start implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--checkpoint", paramLabel = "NAME", description = "restore from this checkpoint of the container")
    private String checkpoint = "";

    @Parameters(paramLabel = "CONTAINER", arity = "1..*")
    private List<String> containers = List.of();

    Start(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            for (String container : containers) {
                if (!checkpoint.isEmpty()) {
                    engine.containers().startFromCheckpoint(container, checkpoint);
                } else {
                    try {
                        engine.containers().start(container);
                    } catch (EngineRefused e) {
                        invocation.console().complain(Failures.of(e).text());
                        return Failures.startCode(e);
                    }
                }
                invocation.console().line(container);
            }
        }
        return ExitCode.OK;
    }
}
