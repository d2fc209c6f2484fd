package dev.ferry.cli.command;

import dev.ferry.api.client.ContainerCalls.LogOptions;
import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.FrameReader;
import dev.ferry.api.wire.Response;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "logs", description = "Show what a container has written.")
final class Logs implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what is written from now on")
    private boolean follow;

    @Option(
            names = {"-n", "--tail"},
            paramLabel = "LINES",
            defaultValue = "all",
            description = "only so many lines from the end")
    private String tail = "all";

    @Option(
            names = {"-t", "--timestamps"},
            description = "the time before each line")
    private boolean timestamps;

    @Parameters(paramLabel = "CONTAINER")
    private String container = "";

    Logs(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            boolean tty = engine.containers().inspect(container).config().tty();
            LogOptions options = new LogOptions(true, true, follow, timestamps, tail);
            try (Response response = engine.containers().logs(container, options)) {
                OutputStream out = new FlushedOutput(invocation.console().rawOutput());
                if (tty) {
                    response.body().transferTo(out);
                } else {
                    new FrameReader(response.body())
                            .copy(out, invocation.console().rawError());
                }
            }
        }
        return ExitCode.OK;
    }
}
