package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "stop", description = "Ask containers to end, and end them when they do not.")
final class Stop implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-t", "--time", "--timeout"},
            paramLabel = "SECONDS",
            description = "how long to wait before SIGKILL; default: the container's own setting")
    private @Nullable Long seconds;

    @Parameters(paramLabel = "CONTAINER", arity = "1..*")
    private List<String> containers = List.of();

    Stop(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        Optional<Duration> patience = Optional.ofNullable(seconds).map(Duration::ofSeconds);
        try (EngineClient engine = invocation.engine()) {
            for (String container : containers) {
                engine.containers().stop(container, patience);
                invocation.console().line(container);
            }
        }
        return ExitCode.OK;
    }
}
