package dev.ferry.cli.command;

import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The launcher starts the engine without this class; whoever starts the jar directly gets the same here. */
@Command(
        name = "engine",
        description = "Run the engine in the foreground.",
        footer = {
            "",
            "Options of the engine:",
            "  --root DIR       what must outlive a reboot: images, containers, checkpoints (/var/lib/ferry)",
            "  --run DIR        sockets and pins of this boot (/run/ferry)",
            "  --host ADDRESS   where to listen: unix:///path or tcp://host:port, several times for several",
            "  --peer-listen ADDRESS, --peer-name NAME, --peer-address ADDRESS",
            "                   where other engines reach this one, what it calls itself to them, where they find it",
            "  --peer-timeout SECONDS",
            "                   how long another engine may be silent before its connection is given up (10)",
            "  --help           these and all others"
        })
final class EngineCommand implements Callable<Integer> {
    private final Invocation invocation;

    @Parameters(paramLabel = "OPTION", arity = "0..*", description = "passed on to the engine")
    private List<String> options = List.of();

    EngineCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = EngineProgram.command(invocation);
        int code = EngineProgram.run(command, options);
        if (code == 127) {
            throw new Refusal("the engine could not be started: " + String.join(" ", command));
        }
        return code;
    }
}
