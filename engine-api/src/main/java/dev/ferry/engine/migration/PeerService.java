package dev.ferry.engine.migration;

import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.EngineException;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.engine.error.Unavailable;
import dev.ferry.migration.peer.Peer;
import dev.ferry.migration.peer.PeerRefused;
import dev.ferry.migration.peer.Peers;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients may do with peers, and the way to them. The engine's key and book are read on a thread of their own when the engine starts,
 * because the first start makes the key, which takes a second.
 */
public final class PeerService implements Dialer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerService.class);
    private static final Duration INVITATION = Duration.ofHours(1);

    private final Path directory;
    private final Self self;
    private final FutureTask<Peers> opening;
    private volatile @Nullable Correspondent correspondent;

    /**
     * How other engines know this one.
     *
     * @param listen where it listens for them, {@code host:port}; empty for nowhere
     * @param name what it calls itself
     * @param address where they find it, if that is another address; empty for the same
     * @param engine its release
     * @param patience with them
     */
    public record Self(String listen, String name, String address, String engine, Patience patience) {}

    /** With keys and book in a directory. Nothing is read yet. */
    public PeerService(Path directory, Self self) {
        this.directory = directory;
        this.self = self;
        this.opening = new FutureTask<>(this::open);
    }

    /** Begins to read, and to listen. Until then nobody can be dialed. */
    public void start(Correspondent inbox) {
        correspondent = inbox;
        Thread.ofPlatform().daemon().name("peers-opening").start(() -> {
            opening.run();
            try {
                LOG.debug("peers find this engine at \"{}\"", peers().address());
            } catch (EngineException e) {
                LOG.error("{}", e.getMessage());
            }
        });
    }

    private Peers open() throws IOException {
        Correspondent inbox = correspondent;
        if (inbox == null) {
            throw new IllegalStateException("started before there was anybody to answer");
        }
        Peers peers = Peers.open(directory, self.name(), self.engine(), inbox, self.patience());
        if (!self.listen().isEmpty()) {
            try {
                peers.listen(self.listen(), self.address());
            } catch (IOException | IllegalArgumentException e) {
                peers.close();
                throw new IOException(
                        "peers cannot be listened for on \"" + self.listen() + "\": " + e.getMessage()
                                + "; start the engine with another --peer-listen",
                        e);
            }
        }
        return peers;
    }

    /** Waits until they are read. */
    private Peers peers() {
        try {
            return opening.get();
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new Unavailable("peer.closed", String.valueOf(why.getMessage()), why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("engine.stopping", "the engine is being stopped", e);
        }
    }

    @Override
    public Wire dial(String peer) throws WireException {
        try {
            return peers().dial(peer);
        } catch (EngineException e) {
            throw new WireBroken(e.getMessage(), e);
        }
    }

    /** Whether there is a peer of that name. */
    public boolean isKnown(String peer) {
        return peers().isKnown(peer);
    }

    /** Cuts all connections and listens no more. */
    @Override
    public void close() throws IOException {
        if (opening.isDone()) {
            try {
                peers().close();
            } catch (EngineException e) {
                LOG.debug("nothing to close: {}", e.getMessage());
            }
        }
    }

    /** All, by name. */
    public List<PeerDetail> list() {
        return peers().all().stream().map(PeerService::detail).toList();
    }

    /** Makes a token that serves once within an hour. */
    public PeerInvitation invite() {
        Instant expires = Instant.now().plus(INVITATION).truncatedTo(ChronoUnit.SECONDS);
        try {
            return new PeerInvitation(peers().invite(expires), expires.toString(), peers().address());
        } catch (PeerRefused e) {
            throw new Conflict(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("peer.book", "the invitation cannot be written down: " + e.getMessage(), e);
        }
    }

    /** Follows an invitation of another engine. */
    public PeerDetail join(String token, String name) {
        if (token.isEmpty()) {
            throw new InvalidRequest("peer.token", "the field \"token\" is missing");
        }
        try {
            return detail(peers().join(token, name));
        } catch (PeerRefused e) {
            throw new Conflict(e.code(), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequest("peer.name", String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new Failed("peer.join", String.valueOf(e.getMessage()), e);
        }
    }

    /** Trusts it no more. */
    public void remove(String name) {
        try {
            if (!peers().remove(name)) {
                throw new NotFound("peer.missing", "no peer is called \"" + name + "\"; see \"ferry peer ls\"");
            }
        } catch (IOException e) {
            throw new Failed("peer.book", "the peer cannot be removed: " + e.getMessage(), e);
        }
    }

    private static PeerDetail detail(Peer peer) {
        return new PeerDetail(peer.name(), peer.address(), peer.fingerprint());
    }
}
