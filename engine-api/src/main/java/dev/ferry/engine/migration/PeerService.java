package dev.ferry.engine.migration;

import dev.ferry.api.model.ferry.PeerDetail;
import dev.ferry.api.model.ferry.PeerInvitation;
import dev.ferry.engine.error.Conflict;
import dev.ferry.engine.error.Failed;
import dev.ferry.engine.error.InvalidRequest;
import dev.ferry.engine.error.NotFound;
import dev.ferry.migration.peer.Peer;
import dev.ferry.migration.peer.PeerRefused;
import dev.ferry.migration.peer.Peers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What clients may do with peers. */
public final class PeerService {
    private static final Duration INVITATION = Duration.ofHours(1);

    private final Peers peers;

    /** Over the peers. */
    public PeerService(Peers peers) {
        this.peers = peers;
    }

    /** All, by name. */
    public List<PeerDetail> list() {
        return peers.all().stream().map(PeerService::detail).toList();
    }

    /** Makes a token that serves once within an hour. */
    public PeerInvitation invite() {
        Instant expires = Instant.now().plus(INVITATION).truncatedTo(ChronoUnit.SECONDS);
        try {
            return new PeerInvitation(peers.invite(expires), expires.toString(), peers.address());
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
            return detail(peers.join(token, name));
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
            if (!peers.remove(name)) {
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
