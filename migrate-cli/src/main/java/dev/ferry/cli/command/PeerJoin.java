package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "join", description = "Follow an invitation: the two engines are peers of each other then.")
final class PeerJoin implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--name", paramLabel = "NAME", description = "what to call it here; default: what it calls itself")
    private String name = "";

    @Parameters(paramLabel = "TOKEN", index = "0", description = "from 'ferry peer invite' on the other host")
    private String token = "";

    PeerJoin(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            PeerDetail peer = engine.peers().join(token, name);
            invocation.console().line(peer.name());
            invocation
                    .console()
                    .note("a peer at " + peer.address() + "; containers go there with 'ferry migrate CONTAINER --to "
                            + peer.name() + "'");
        }
        return ExitCode.OK;
    }
}
