package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.api.model.ferry.RestoreRequest;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.render.Quantities;
import java.io.IOException;
import java.util.Comparator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "restore", description = "Let a container go on from one of its checkpoints.")
final class Restore implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--tcp-established", description = "also its TCP connections")
    private boolean tcpEstablished;

    @Option(names = "--json", description = "what was done, as JSON")
    private boolean json;

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    @Parameters(paramLabel = "CHECKPOINT", index = "1", arity = "0..1", description = "default: the newest")
    private String checkpoint = "";

    Restore(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            String chosen = checkpoint.isEmpty() ? newest(engine) : checkpoint;
            RestoreDetail detail = engine.ferry().restore(container, new RestoreRequest(chosen, tcpEstablished));
            if (json) {
                invocation.console().json(detail);
            } else {
                invocation.console().line(container);
                invocation
                        .console()
                        .note("restored from '" + detail.checkpoint() + "' in " + Quantities.micros(detail.total())
                                + ", process " + detail.pid());
            }
        }
        return ExitCode.OK;
    }

    private String newest(EngineClient engine) throws IOException {
        return engine.ferry().checkpoints(container).stream()
                .max(Comparator.comparing(CheckpointDetail::created))
                .map(CheckpointDetail::name)
                .orElseThrow(() -> new Refusal("container '" + container
                        + "' has no checkpoint: make one while it runs with 'ferry checkpoint create " + container
                        + "'"));
    }
}
