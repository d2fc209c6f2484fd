package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.system.SystemVersion;
import dev.ferry.api.version.ApiVersion;
import dev.ferry.api.wire.EngineUnreachable;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Versions of this program and of the engine.")
final class Version implements Callable<Integer> {
    private final Invocation invocation;

    Version(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        String own = Version.class.getPackage().getImplementationVersion();
        Table table = new Table("", "VERSION", "API", "JAVA", "AT");
        table.row(
                "client",
                own == null ? "unpacked" : own,
                ApiVersion.NEWEST.toString(),
                System.getProperty("java.version"),
                "");
        try (EngineClient engine = invocation.engine()) {
            SystemVersion version = engine.system().version();
            table.row(
                    "engine",
                    version.version(),
                    version.minApiVersion() + " to " + version.apiVersion(),
                    version.goVersion(),
                    engine.address().toString());
        } catch (EngineUnreachable e) {
            table.row("engine", "does not answer", "", "", e.address().toString());
        }
        invocation.console().table(table);
        return ExitCode.OK;
    }
}
