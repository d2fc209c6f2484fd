package dev.ferry.engine.app;

import dev.ferry.api.client.EngineClient;
import dev.ferry.migration.peer.PeerRefused;
import dev.ferry.migration.peer.Peers;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Stands between two engines: to the source it is the target, to the target the source, and what it passes on is not always what it was told.
 * So each side meets a peer that lies, in a conversation that is right but for the lie.
 */
final class LyingPeer implements Correspondent, AutoCloseable {
    static final String NAME = "liar";
    private static final Duration ANSWER = Duration.ofSeconds(30);

    volatile UnaryOperator<Request> ofRequests = UnaryOperator.identity();
    volatile UnaryOperator<Reply> ofReplies = UnaryOperator.identity();
    volatile UnaryOperator<Chunk> ofChunks = UnaryOperator.identity();

    private final Peers peers;
    private final String target;
    private @Nullable Wire onward;

    /** One that both engines trust. */
    LyingPeer(Path home, EngineClient source, EngineClient target) throws IOException, PeerRefused {
        peers = Peers.open(home, NAME, "test", this, Patience.DEFAULT);
        peers.listen("127.0.0.1:0", "");
        this.target = peers.join(target.peers().invite().token(), "").name();
        source.peers().join(peers.invite(Instant.now().plusSeconds(600)), "");
    }

    void tellTheTruth() {
        ofRequests = UnaryOperator.identity();
        ofReplies = UnaryOperator.identity();
        ofChunks = UnaryOperator.identity();
    }

    private synchronized Wire onward() throws WireException {
        Wire now = onward;
        if (now == null || !now.isOpen()) {
            now = peers.dial(target);
            onward = now;
        }
        return now;
    }

    @Override
    public Reply answer(String peer, Request request) {
        try {
            return ofReplies.apply(onward().request(ofRequests.apply(request), ANSWER));
        } catch (WireException e) {
            return new Reply.Refused("liar.broken", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void take(String peer, Chunk chunk) throws IOException {
        onward().send(ofChunks.apply(chunk));
    }

    @Override
    public void close() throws IOException {
        peers.close();
    }
}
