package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.CheckpointRequest;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Quantities;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "create", description = "Write a running container's whole state to disk.")
final class CheckpointCreate implements Callable<Integer> {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Invocation invocation;

    @Option(
            names = "--leave-running",
            description = "let the container go on; else it ends once the checkpoint is safe")
    private boolean leaveRunning;

    @Option(names = "--tcp-established", description = "take established TCP connections along")
    private boolean tcpEstablished;

    @Option(names = "--file-locks", description = "take file locks along")
    private boolean fileLocks;

    @Option(names = "--json", description = "what was written, as JSON")
    private boolean json;

    @Parameters(paramLabel = "CONTAINER", index = "0")
    private String container = "";

    @Parameters(paramLabel = "NAME", index = "1", arity = "0..1", description = "default: the time")
    private String name = "";

    CheckpointCreate(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        String chosen = name.isEmpty() ? NAME.format(ZonedDateTime.now(ZoneOffset.UTC)) : name;
        CheckpointRequest request = new CheckpointRequest(chosen, leaveRunning, tcpEstablished, fileLocks);
        try (EngineClient engine = invocation.engine()) {
            CheckpointDetail detail = engine.ferry().createCheckpoint(container, request);
            if (json) {
                invocation.console().json(detail);
            } else {
                invocation.console().line(detail.name());
                invocation
                        .console()
                        .note("frozen for " + Quantities.micros(detail.timings().frozen()) + ", "
                                + Quantities.bytes(detail.sizes().total()) + " written in "
                                + Quantities.micros(detail.timings().total()));
            }
        }
        return ExitCode.OK;
    }
}
