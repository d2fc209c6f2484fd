package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import picocli.CommandLine.Command;

@Command(
        name = "peer",
        description = "Make other engines known to this one, list and forget them.",
        synopsisSubcommandLabel = "COMMAND")
final class PeerGroup implements Runnable {
    @Override
    public void run() {
        throw new UsageError("a command is needed\nsee 'ferry peer --help'");
    }
}
