package dev.ferry.migration.peer;

import dev.ferry.store.content.StateFile;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** The peers and the open invitations, on disk. Safe for use by many threads. */
final class PeerBook {
    private static final int VERSION = 1;

    private final StateFile<Pages> file;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile Pages pages;

    /** An invitation as it is kept: not the secret. {@code expires}: seconds since 1970. */
    record Open(String key, long expires) {}

    /** Everything in one file, so that an invitation goes in the same moment in which the peer comes. */
    record Pages(List<Peer> peers, List<Open> invitations) {
        static final Pages EMPTY = new Pages(List.of(), List.of());

        Pages {
            peers = List.copyOf(peers);
            invitations = List.copyOf(invitations);
        }
    }

    private PeerBook(StateFile<Pages> file, Pages pages) {
        this.file = file;
        this.pages = pages;
    }

    static PeerBook open(Path path) throws IOException {
        StateFile<Pages> file = new StateFile<>(path, VERSION, Pages.class, StepListener.NONE);
        return new PeerBook(file, file.read().orElse(Pages.EMPTY));
    }

    List<Peer> peers() {
        return pages.peers().stream().sorted(Comparator.comparing(Peer::name)).toList();
    }

    Optional<Peer> named(String name) {
        return pages.peers().stream().filter(peer -> peer.name().equals(name)).findFirst();
    }

    Optional<Peer> withCertificate(String fingerprint) {
        return pages.peers().stream()
                .filter(peer -> peer.fingerprint().equals(fingerprint))
                .findFirst();
    }

    void invite(Open invitation) throws IOException {
        changing.lock();
        try {
            List<Open> open = unexpired();
            open.add(invitation);
            publish(new Pages(pages.peers(), open));
        } finally {
            changing.unlock();
        }
    }

    /** Makes a peer of whoever shows the proof, and forgets the invitation. {@code fingerprint}: of this engine. */
    void join(Peer peer, String proof, String fingerprint) throws PeerRefused, IOException {
        changing.lock();
        try {
            List<Open> open = unexpired();
            Open used = open.stream()
                    .filter(one -> isProof(one, proof, peer.fingerprint(), fingerprint))
                    .findFirst()
                    .orElseThrow(
                            () -> new PeerRefused(
                                    "peer.invitation",
                                    "the invitation is not known: it was used, has expired, or is another engine's; ask for a new one with \"ferry peer invite\""));
            open.remove(used);
            publish(new Pages(with(peer), open));
        } finally {
            changing.unlock();
        }
    }

    private static boolean isProof(Open open, String proof, String joins, String invites) {
        return MessageDigest.isEqual(
                Invitation.proof(open.key(), joins, invites).getBytes(StandardCharsets.UTF_8),
                proof.getBytes(StandardCharsets.UTF_8));
    }

    void add(Peer peer) throws PeerRefused, IOException {
        changing.lock();
        try {
            publish(new Pages(with(peer), pages.invitations()));
        } finally {
            changing.unlock();
        }
    }

    private List<Peer> with(Peer peer) throws PeerRefused {
        Optional<Peer> named = named(peer.name());
        if (named.isPresent() && !named.get().fingerprint().equals(peer.fingerprint())) {
            throw new PeerRefused(
                    "peer.name-taken",
                    "another peer is called \"" + peer.name()
                            + "\" already; remove it, or start one of the engines with another --peer-name");
        }
        List<Peer> peers = new ArrayList<>(pages.peers());
        peers.removeIf(one -> one.fingerprint().equals(peer.fingerprint()));
        peers.add(peer);
        return peers;
    }

    /** Returns whether there was one. */
    boolean remove(String name) throws IOException {
        changing.lock();
        try {
            List<Peer> peers = new ArrayList<>(pages.peers());
            boolean known = peers.removeIf(peer -> peer.name().equals(name));
            if (known) {
                publish(new Pages(peers, unexpired()));
            }
            return known;
        } finally {
            changing.unlock();
        }
    }

    private List<Open> unexpired() {
        long now = System.currentTimeMillis() / 1000;
        return new ArrayList<>(
                pages.invitations().stream().filter(one -> one.expires() > now).toList());
    }

    private void publish(Pages next) throws IOException {
        file.write(next);
        pages = next;
    }
}
