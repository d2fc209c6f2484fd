package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.wire.Request;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "load", description = "Load images from an archive of 'docker save' or an OCI layout.")
final class ImageLoad implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-i", "--input"},
            paramLabel = "FILE",
            defaultValue = "-",
            description = "the archive; default: the standard input")
    private String file = "-";

    ImageLoad(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine();
                InputStream in = Archives.open(file, invocation)) {
            engine.images()
                    .load(
                            Request.Streamed.of(in).source(),
                            line -> invocation
                                    .console()
                                    .text(line.stream().isEmpty() ? line.status() + "\n" : line.stream()));
        }
        return ExitCode.OK;
    }
}
