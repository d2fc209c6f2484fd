package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.ImageCalls.ImportOptions;
import dev.ferry.api.wire.Request;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "import", description = "Make an image of one layer from a tar of a root file system.")
final class ImageImport implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-c", "--change"},
            paramLabel = "INSTRUCTION",
            description = "set something of the image's configuration: CMD, ENV, ENTRYPOINT, WORKDIR, USER, LABEL ...")
    private List<String> changes = List.of();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "why the image was made")
    private String message = "";

    @Parameters(paramLabel = "FILE", description = "the tar, plain or compressed; - for the standard input")
    private String file = "";

    @Parameters(paramLabel = "NAME[:TAG]", arity = "0..1")
    private String name = "";

    ImageImport(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        ImageName target = ImageName.parse(name);
        try (EngineClient engine = invocation.engine();
                InputStream in = Archives.open(file, invocation)) {
            engine.images()
                    .importRootfs(
                            new ImportOptions(target.repository(), target.tag(), message, changes),
                            Request.Streamed.of(in).source(),
                            line -> invocation.console().line(line.status()));
        }
        return ExitCode.OK;
    }
}
