package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import dev.ferry.cli.invocation.UsageError;
import dev.ferry.cli.render.Console;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resolve",
        description = "Say which of two engines runs a container when they can not ask each other.",
        footer = {
            "",
            "Only a migration in doubt can be resolved, and only when the other engine does not come back: else it"
                    + " settles that itself."
        })
final class MigrationResolve implements Callable<Integer> {
    private final Invocation invocation;

    @Option(
            names = "--run",
            paramLabel = "here|there",
            required = true,
            description = "here: this engine runs it; there: the other one does")
    private Place run = Place.HERE;

    @Option(
            names = {"-y", "--yes"},
            description = "do not ask whether that is meant; needed without a terminal")
    private boolean yes;

    @Parameters(paramLabel = "ID", index = "0", description = "the beginning of it is enough")
    private String id = "";

    /** As users write it. */
    enum Place {
        HERE,
        THERE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    MigrationResolve(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        boolean asks = !yes;
        if (asks && !Terminal.isInput()) {
            throw new UsageError("nobody can be asked whether that is meant: without a terminal --yes is needed");
        }
        Console console = invocation.console();
        try (EngineClient engine = invocation.engine()) {
            MigrationDetail before = engine.migrations().inspect(id);
            if (!before.inDoubt()) {
                throw new Refusal("there is no doubt about migration " + Names.shortId(before.id())
                        + " that is to be settled: see 'ferry migration inspect " + Names.shortId(before.id()) + "'");
            }
            console.note(consequences(before, run));
            if (asks && !isMeant(console)) {
                console.note("nothing was changed");
                return ExitCode.NEGATIVE;
            }
            MigrationDetail after = engine.migrations().resolve(before.id(), run.toString());
            console.line(Names.shortId(after.id()));
            console.note(after.outcome() + (after.error().isEmpty() ? "" : ": " + after.error()));
        }
        return ExitCode.OK;
    }

    /** What will be done, and what a user has to be sure of. */
    static String consequences(MigrationDetail detail, Place run) {
        String name = "container '" + detail.name() + "'";
        String peer = "'" + detail.peer() + "'";
        boolean left = detail.side().equals("source");
        return switch (run) {
            case HERE ->
                (left
                                ? name + " will go on here, from the dump of the instant when it stood still"
                                : name + " will go on here, from what was received of it")
                        + "\nbe sure that it does not run at " + peer + ", nor will: then there would be two";
            case THERE ->
                (left
                                ? "what is left of " + name + " here will be removed, its dump with it"
                                : "what was received of " + name + " here will be deleted")
                        + "\nbe sure that it runs at " + peer + ": else it is lost";
        };
    }

    private static boolean isMeant(Console console) throws IOException {
        console.note("is that meant? [y/N]");
        return isYes(line(console.rawInput()));
    }

    static boolean isYes(String answer) {
        String word = answer.strip().toLowerCase(Locale.ROOT);
        return word.equals("y") || word.equals("yes");
    }

    /** Byte by byte: what is behind the line is not ours. */
    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            text.append((char) next);
        }
        return text.toString();
    }
}
