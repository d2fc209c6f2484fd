package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.container.ContainerSummary;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Quantities;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ps", description = "List containers.")
final class Ps implements Callable<Integer> {
    private final Invocation invocation;

    @Mixin
    private Listing listing = new Listing();

    Ps(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<ContainerSummary> containers;
        try (EngineClient engine = invocation.engine()) {
            containers = engine.containers().list(listing.isAll(), Map.of());
        }
        Instant now = Instant.now();
        listing.show(containers, ContainerSummary::id, all -> table(all, now), invocation.console());
        return ExitCode.OK;
    }

    static Table table(List<ContainerSummary> containers, Instant now) {
        Table table = new Table("CONTAINER ID", "NAME", "IMAGE", "COMMAND", "CREATED", "STATUS");
        for (ContainerSummary c : containers) {
            String age = Quantities.span(Duration.between(Instant.ofEpochSecond(c.created()), now)) + " ago";
            table.row(
                    Names.shortId(c.id()),
                    c.names().isEmpty() ? "" : Names.plain(c.names().getFirst()),
                    Names.shortImage(c.image()),
                    Names.cut(c.command(), 30),
                    age,
                    c.status());
        }
        return table;
    }
}
