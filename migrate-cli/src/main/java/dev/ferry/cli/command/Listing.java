package dev.ferry.cli.command;

import dev.ferry.cli.render.Console;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Table;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which things of many are shown, and how. */
final class Listing {
    @Option(
            names = {"-a", "--all"},
            description = "also containers that do not run, images without a name")
    private boolean all;

    @Mixin
    private ListForm form = new ListForm();

    boolean isAll() {
        return all;
    }

    <T> void show(List<T> things, Function<T, String> id, Function<List<T>, Table> table, Console console) {
        form.show(things, thing -> Names.shortId(id.apply(thing)), table, console);
    }
}
