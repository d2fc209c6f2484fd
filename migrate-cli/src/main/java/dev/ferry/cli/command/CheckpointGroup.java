package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import picocli.CommandLine.Command;

@Command(
        name = "checkpoint",
        description = "Make, list, show and remove checkpoints of containers.",
        synopsisSubcommandLabel = "COMMAND")
final class CheckpointGroup implements Runnable {
    @Override
    public void run() {
        throw new UsageError("a command is needed\nsee 'ferry checkpoint --help'");
    }
}
