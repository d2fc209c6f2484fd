package dev.ferry.cli.command;

import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/**
 * A command that the launcher does without this program; it stands here for the help, and for whoever starts the jar directly with a
 * launcher named in {@code FERRY_LAUNCHER}.
 */
@CommandLine.Command
final class LauncherCommand implements Callable<Integer> {
    private final Invocation invocation;
    private final String name;

    @Parameters(paramLabel = "ARGUMENT", arity = "0..*", description = "passed on")
    private List<String> arguments = List.of();

    private LauncherCommand(Invocation invocation, String name) {
        this.invocation = invocation;
        this.name = name;
    }

    /** The command of a name. */
    static CommandLine of(Invocation invocation, String name, String description, String... footer) {
        CommandLine line = new CommandLine(new LauncherCommand(invocation, name));
        line.getCommandSpec().name(name).usageMessage().description(description).footer(footer);
        return line.setUnmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return EngineProgram.run(EngineProgram.launched(invocation, name), arguments);
    }
}
