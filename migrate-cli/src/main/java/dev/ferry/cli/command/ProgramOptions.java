package dev.ferry.cli.command;

import dev.ferry.cli.invocation.Invocation;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that say how a program runs, be it a container's own or one beside it; docker's names. */
final class ProgramOptions {
    @Option(
            names = {"-d", "--detach"},
            description = "do not wait for it")
    private boolean detach;

    @Option(
            names = {"-i", "--interactive"},
            description = "pass the input on")
    private boolean interactive;

    @Option(
            names = {"-t", "--tty"},
            description = "with a terminal")
    private boolean tty;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME=VALUE",
            description = "set an environment variable; NAME alone takes the caller's value")
    private List<String> environment = List.of();

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "where it starts")
    private String directory = "";

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "as whom it runs")
    private String user = "";

    boolean isDetached() {
        return detach;
    }

    boolean isInteractive() {
        return interactive;
    }

    boolean isTty() {
        return tty;
    }

    /** Whether this call passes its own input on. */
    boolean attachesInput() {
        return interactive && !detach;
    }

    List<String> environment(Invocation invocation) {
        return EnvironmentText.resolve(environment, invocation);
    }

    String directory() {
        return directory;
    }

    String user() {
        return user;
    }
}
