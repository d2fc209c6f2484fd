package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.exec.ExecCreateRequest;
import dev.ferry.api.model.exec.ExecInspect;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "exec", description = "Run a command beside a container's own.")
final class Exec implements Callable<Integer> {
    private final Invocation invocation;

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
            description = "set an environment variable")
    private List<String> environment = List.of();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "as whom")
    private String user = "";

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "where")
    private String directory = "";

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    @Parameters(paramLabel = "COMMAND", index = "1..*", arity = "1..*")
    private List<String> command = List.of();

    Exec(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        ExecCreateRequest request = ExecCreateRequest.builder()
                .user(user)
                .tty(tty)
                .attachStdin(interactive && !detach)
                .attachStdout(!detach)
                .attachStderr(!detach)
                .env(EnvironmentText.resolve(environment, invocation))
                .workingDir(directory)
                .cmd(command)
                .build();
        try (EngineClient engine = invocation.engine()) {
            String exec = engine.execs().create(container, request);
            if (detach) {
                engine.execs().startDetached(exec);
                return ExitCode.OK;
            }
            try (Attachment attachment =
                    Attachment.of(engine.execs().start(exec, tty), tty, interactive, invocation.console())) {
                attachment.follow((rows, columns) -> engine.execs().resize(exec, rows, columns));
                if (!attachment.await()) {
                    return ExitCode.OK;
                }
            }
            ExecInspect ended = engine.execs().inspect(exec);
            Integer code = ended.exitCode();
            return code == null ? ExitCode.ENGINE : code;
        }
    }
}
