package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.client.EngineRefused;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "inspect", description = "Everything the engine knows about containers or images, as JSON.")
final class Inspect implements Callable<Integer> {
    private static final int NOT_FOUND = 404;

    private final Invocation invocation;

    @Parameters(paramLabel = "NAME", arity = "1..*", description = "containers first, then images")
    private List<String> names = List.of();

    Inspect(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<Object> found = new ArrayList<>();
        try (EngineClient engine = invocation.engine()) {
            for (String name : names) {
                found.add(inspect(engine, name));
            }
        }
        invocation.console().json(found);
        return ExitCode.OK;
    }

    private static Object inspect(EngineClient engine, String name) throws IOException {
        try {
            return engine.containers().inspect(name);
        } catch (EngineRefused noContainer) {
            if (noContainer.status() != NOT_FOUND) {
                throw noContainer;
            }
        }
        try {
            return engine.images().inspect(name);
        } catch (EngineRefused noImage) {
            if (noImage.status() != NOT_FOUND) {
                throw noImage;
            }
            throw new EngineRefused(NOT_FOUND, "No such object: " + name);
        }
    }
}
