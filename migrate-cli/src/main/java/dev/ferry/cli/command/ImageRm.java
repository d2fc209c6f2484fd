package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.image.ImageDelete;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Remove images.")
final class ImageRm implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = {"-f", "--force"},
            description = "also when several names lead to it")
    private boolean force;

    @Parameters(paramLabel = "IMAGE", arity = "1..*")
    private List<String> images = List.of();

    ImageRm(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            for (String image : images) {
                for (ImageDelete done : engine.images().remove(image, force)) {
                    invocation
                            .console()
                            .line(
                                    done.deleted().isEmpty()
                                            ? "Untagged: " + done.untagged()
                                            : "Deleted: " + done.deleted());
                }
            }
        }
        return ExitCode.OK;
    }
}
