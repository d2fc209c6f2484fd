package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import picocli.CommandLine.Command;

@Command(
        name = "migration",
        description = "List, show, call off and settle migrations.",
        synopsisSubcommandLabel = "COMMAND")
final class MigrationGroup implements Runnable {
    @Override
    public void run() {
        throw new UsageError("a command is needed\nsee 'ferry migration --help'; 'ferry migrate' begins one");
    }
}
