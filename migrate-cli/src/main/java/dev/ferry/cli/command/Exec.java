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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "exec", description = "Run a command beside a container's own.")
final class Exec implements Callable<Integer> {
    private final Invocation invocation;

    @Mixin
    private ProgramOptions program = new ProgramOptions();

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
                .user(program.user())
                .tty(program.isTty())
                .attachStdin(program.attachesInput())
                .attachStdout(!program.isDetached())
                .attachStderr(!program.isDetached())
                .env(program.environment(invocation))
                .workingDir(program.directory())
                .cmd(command)
                .build();
        try (EngineClient engine = invocation.engine()) {
            String exec = engine.execs().create(container, request);
            if (program.isDetached()) {
                engine.execs().startDetached(exec);
                return ExitCode.OK;
            }
            try (Attachment attachment = Attachment.of(
                    engine.execs().start(exec, program.isTty()),
                    program.isTty(),
                    program.isInteractive(),
                    invocation.console())) {
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
