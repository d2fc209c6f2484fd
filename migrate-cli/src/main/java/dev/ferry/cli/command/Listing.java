package dev.ferry.cli.command;

import dev.ferry.cli.render.Console;
import dev.ferry.cli.render.Table;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** How a list is shown: as a table, as ids, or as the engine tells it. */
final class Listing {
    @Option(
            names = {"-a", "--all"},
            description = "also containers that do not run, images without a name")
    private boolean all;

    @Option(
            names = {"-q", "--quiet"},
            description = "only ids")
    private boolean quiet;

    @Option(names = "--json", description = "as JSON, as the engine tells it")
    private boolean json;

    boolean isAll() {
        return all;
    }

    <T> void show(List<T> things, Function<T, String> id, Function<List<T>, Table> table, Console console) {
        if (json) {
            console.json(things);
        } else if (quiet) {
            things.forEach(thing -> console.line(Names.shortId(id.apply(thing))));
        } else {
            console.table(table.apply(things));
        }
    }
}
