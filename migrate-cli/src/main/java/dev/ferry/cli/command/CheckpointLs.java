package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = "List a container's checkpoints.")
final class CheckpointLs implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--json", description = "with everything their manifests know, as JSON")
    private boolean json;

    @Parameters(paramLabel = "CONTAINER")
    private String container = "";

    CheckpointLs(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<CheckpointDetail> checkpoints;
        try (EngineClient engine = invocation.engine()) {
            checkpoints = engine.ferry().checkpoints(container);
        }
        if (json) {
            invocation.console().json(checkpoints);
        } else {
            invocation.console().table(table(checkpoints));
        }
        return ExitCode.OK;
    }

    static Table table(List<CheckpointDetail> checkpoints) {
        Table table = new Table("CHECKPOINT", "CREATED", "SIZE", "MEMORY", "FILES CHANGED", "FROZEN", "STATE");
        for (CheckpointDetail c : checkpoints) {
            table.row(
                    c.name(),
                    c.created().truncatedTo(ChronoUnit.SECONDS).toString(),
                    Quantities.bytes(c.sizes().total()),
                    Quantities.bytes(c.sizes().memory()),
                    Quantities.bytes(c.sizes().writableLayer()),
                    Quantities.micros(c.timings().frozen()),
                    c.state());
        }
        return table;
    }
}
