package dev.ferry.cli.command;

import dev.ferry.cli.invocation.UsageError;
import picocli.CommandLine.Command;

@Command(name = "image", description = "Make, list and remove images.", synopsisSubcommandLabel = "COMMAND")
final class ImageGroup implements Runnable {
    @Override
    public void run() {
        throw new UsageError("a command is needed\nsee 'ferry image --help'");
    }
}
