package dev.ferry.cli.command;

import dev.ferry.api.client.EngineClient;
import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.render.Names;
import dev.ferry.cli.render.Table;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "ls", description = "List the engines that this one trusts.")
final class PeerLs implements Callable<Integer> {
    private final Invocation invocation;

    @Mixin
    private ListForm form = new ListForm();

    PeerLs(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException {
        List<PeerDetail> peers;
        try (EngineClient engine = invocation.engine()) {
            peers = engine.peers().list();
        }
        form.show(peers, PeerDetail::name, PeerLs::table, invocation.console());
        return ExitCode.OK;
    }

    static Table table(List<PeerDetail> peers) {
        Table table = new Table("PEER", "ADDRESS", "FINGERPRINT");
        peers.forEach(peer -> table.row(
                peer.name(),
                peer.address().isEmpty() ? "it comes here only" : peer.address(),
                Names.shortId(peer.fingerprint())));
        return table;
    }
}
