package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "invite",
        description = "Make a token with which one other engine becomes a peer of this one.",
        footer = {
            "",
            "Whoever has the token can make an engine of his a peer, and a peer can run processes as root here: hand"
                    + " it on as you would a password. Needs an engine that was started with --peer-listen."
        })
final class PeerInvite implements Callable<Integer> {
    private final Invocation invocation;

    @Option(names = "--json", description = "token, address and end of validity as JSON")
    private boolean json;

    PeerInvite(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        try (EngineClient engine = invocation.engine()) {
            PeerInvitation invitation = engine.peers().invite();
            if (json) {
                invocation.console().json(invitation);
            } else {
                invocation.console().line(invitation.token());
                invocation.console().note(hint(invitation));
            }
        }
        return ExitCode.OK;
    }

    static String hint(PeerInvitation invitation) {
        return "on the other host, once, until " + invitation.expires() + ": ferry peer join TOKEN\n"
                + "its engine will come to " + invitation.address();
    }
}
