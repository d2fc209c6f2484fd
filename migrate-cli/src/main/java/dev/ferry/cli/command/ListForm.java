package dev.ferry.cli.command;

import dev.ferry.cli.render.Console;
import dev.ferry.cli.render.Table;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** How a list is shown: as a table, as what its things are called, or as the engine tells it. */
final class ListForm {
    @Option(
            names = {"-q", "--quiet"},
            description = "only ids, or names of what has no id")
    private boolean quiet;

    @Option(names = "--json", description = "as JSON, as the engine tells it")
    private boolean json;

    /** Whether it is for people. */
    boolean isTable() {
        return !json && !quiet;
    }

    /** Shows them. {@code word}: what one is called by commands that take one. */
    <T> void show(List<T> things, Function<T, String> word, Function<List<T>, Table> table, Console console) {
        if (json) {
            console.json(things);
        } else if (quiet) {
            things.forEach(thing -> console.line(word.apply(thing)));
        } else {
            console.table(table.apply(things));
        }
    }
}
