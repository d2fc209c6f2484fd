package dev.ferry.cli.command;

import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command above all others. */
@Command(
        name = "ferry",
        description = "Runs containers that outlive everything under them.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit codes: 0 done, 1 the answer is no, 64 wrong command line, 125 the engine refused, failed or does not run,"
                    + " 126 and 127 the program can not be executed or found; else the program's own code.",
            "The launcher's first word may be --no-provision: then it fetches nothing, and says how to do that by hand.",
            "The engine is found by --host, else FERRY_HOST, else DOCKER_HOST, else " + Invocation.DEFAULT_HOST + "."
        })
final class Ferry implements Runnable {
    private final Invocation invocation;

    Ferry(Invocation invocation) {
        this.invocation = invocation;
    }

    @Option(
            names = {"-H", "--host"},
            paramLabel = "ADDRESS",
            scope = ScopeType.INHERIT,
            description = "the engine's address: unix:///path or tcp://host:port")
    void host(String address) {
        invocation.useHost(address);
    }

    @Option(
            names = {"--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "show this text")
    void help(boolean ignored) {}

    @Override
    public void run() {
        throw new UsageError("a command is needed\nsee 'ferry --help'");
    }
}
