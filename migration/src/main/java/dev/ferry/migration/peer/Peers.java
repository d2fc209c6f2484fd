package dev.ferry.migration.peer;

import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Dialer;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireException;
import dev.ferry.migration.protocol.WireRefused;
import dev.ferry.migration.wire.TlsWire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other engines: who they are, connections to them, and connections from them. A certificate that is not in the book is let in for
 * joining by invitation and for nothing else.
 */
public final class Peers implements Dialer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final Duration JOIN = Duration.ofSeconds(30);
    /** Connections that may be in their handshake at a time. */
    private static final int BACKLOG = 64;

    private final String name;
    private final String engine;
    private final PeerIdentity identity;
    private final PeerBook book;
    private final Correspondent correspondent;
    private final Patience patience;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Map<TlsWire, String> wires = new ConcurrentHashMap<>();
    private volatile @Nullable ServerSocket listener;
    private volatile String address = "";
    private volatile boolean closed;

    private Peers(
            String name,
            String engine,
            PeerIdentity identity,
            PeerBook book,
            Correspondent correspondent,
            Patience patience) {
        this.name = name;
        this.engine = engine;
        this.identity = identity;
        this.book = book;
        this.correspondent = correspondent;
        this.patience = patience;
    }

    /**
     * Opens the book in a directory, and makes the engine's key there at first. Nothing listens yet.
     *
     * @param name how this engine calls itself to others
     * @param engine its release
     * @param correspondent is asked by peers
     */
    public static Peers open(Path directory, String name, String engine, Correspondent correspondent, Patience patience)
            throws IOException {
        PeerIdentity identity = PeerIdentity.open(directory);
        return new Peers(
                name, engine, identity, PeerBook.open(directory.resolve("peers.json")), correspondent, patience);
    }

    /**
     * Listens for peers.
     *
     * @param host where, {@code host:port}; port 0 for any
     * @param advertised where others find it; empty for the same
     */
    public void listen(String host, String advertised) throws IOException {
        InetSocketAddress where = Address.parse(host);
        ServerSocket server = new ServerSocket(where.getPort(), BACKLOG, where.getAddress());
        listener = server;
        InetAddress local = server.getInetAddress();
        String shown = where.getHostString().contains(":") ? "[" + where.getHostString() + "]" : where.getHostString();
        address = advertised.isEmpty()
                ? (local.isAnyLocalAddress() ? InetAddress.getLocalHost().getHostAddress() : shown) + ":"
                        + server.getLocalPort()
                : advertised;
        Thread.ofPlatform().daemon().name("peers").start(() -> accept(server));
    }

    /** Where others find this engine, empty when it does not listen. */
    public String address() {
        return address;
    }

    /** What this engine calls itself. */
    public String name() {
        return name;
    }

    /** All peers, by name. */
    public List<Peer> all() {
        return book.peers();
    }

    /** Whether there is one of that name. */
    public boolean isKnown(String peer) {
        return book.named(peer).isPresent();
    }

    /**
     * A token that makes a peer of whoever brings it first.
     *
     * @throws PeerRefused when this engine does not listen
     */
    public String invite(Instant expires) throws PeerRefused, IOException {
        if (address.isEmpty()) {
            throw new PeerRefused(
                    "peer.not-listening",
                    "this engine does not listen for peers; start it with --peer-listen HOST:PORT");
        }
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        Invitation invitation = new Invitation(
                address, identity.fingerprint(), HexFormat.of().formatHex(random), expires.getEpochSecond());
        book.invite(new PeerBook.Open(Invitation.key(invitation.secret()), invitation.expires()));
        return invitation.token();
    }

    /**
     * Follows an invitation. Afterwards each of the two engines is in the other's book.
     *
     * @param as what the other engine is to be called here; empty for what it calls itself
     */
    public Peer join(String token, String as) throws PeerRefused, IOException {
        Invitation invitation = Invitation.parse(token);
        if (invitation.expires() <= Instant.now().getEpochSecond()) {
            throw new PeerRefused(
                    "peer.invitation-expired",
                    "the invitation of \"" + invitation.address()
                            + "\" has expired; ask for a new one with \"ferry peer invite\"");
        }
        if (invitation.fingerprint().equals(identity.fingerprint())) {
            throw new PeerRefused("peer.self", "the invitation is this engine's own; use it on the other host");
        }
        String proof =
                Invitation.proof(Invitation.key(invitation.secret()), identity.fingerprint(), invitation.fingerprint());
        Peer other = new Peer(as.isEmpty() ? "peer" : as, invitation.address(), invitation.fingerprint());
        try (Wire wire = connect(other)) {
            Reply reply = wire.request(new Request.Join(name, address, proof), JOIN);
            return switch (reply) {
                case Reply.Joined joined -> {
                    Peer peer =
                            new Peer(as.isEmpty() ? joined.name() : as, invitation.address(), invitation.fingerprint());
                    book.add(peer);
                    yield peer;
                }
                case Reply.Refused refused -> throw new PeerRefused(refused.code(), refused.text());
                default -> throw new IOException("the engine at " + invitation.address() + " answered " + reply);
            };
        }
    }

    /** Trusts a peer no more, and cuts its connections. Returns whether there was one of that name. */
    public boolean remove(String peer) throws IOException {
        boolean known = book.remove(peer);
        wires.forEach((wire, of) -> {
            if (of.equals(peer)) {
                wire.close();
            }
        });
        return known;
    }

    @Override
    public Wire dial(String peer) throws WireException {
        Optional<Peer> known = book.named(peer);
        if (known.isEmpty()) {
            throw new WireRefused(
                    "wire.unknown-peer", "no peer is called \"" + peer + "\"; see \"ferry peer ls\"", null);
        }
        if (known.get().address().isEmpty()) {
            throw new WireRefused(
                    "wire.no-address",
                    "peer \"" + peer + "\" does not listen; start its engine with --peer-listen and join again",
                    null);
        }
        return connect(known.get());
    }

    private TlsWire connect(Peer peer) throws WireException {
        Socket plain = new Socket();
        sockets.add(plain);
        boolean done = false;
        try {
            plain.connect(Address.parse(peer.address()), millis(patience.connecting()));
            SSLSocket tls = layer(plain, peer.fingerprint()::equals, peer.address());
            tls.setUseClientMode(true);
            handshake(tls);
            TlsWire wire = wire(peer.name(), plain, tls, correspondent);
            done = true;
            return wire;
        } catch (SSLException e) {
            if (e.getCause() instanceof CertificateException) {
                throw new WireRefused(
                        "wire.certificate",
                        "the engine at " + peer.address() + " is not peer \"" + peer.name() + "\": "
                                + e.getCause().getMessage()
                                + "; if its key was made anew, remove the peer and join again",
                        e);
            }
            throw broken(peer, e);
        } catch (WireException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw broken(peer, e);
        } finally {
            if (!done) {
                closeQuietly(plain);
            }
        }
    }

    private static WireBroken broken(Peer peer, Exception e) {
        return new WireBroken(
                "peer \"" + peer.name() + "\" at " + peer.address() + " cannot be reached: " + e.getMessage()
                        + "; see whether its engine runs and listens there",
                e);
    }

    private TlsWire wire(String peer, Socket plain, SSLSocket tls, Correspondent to) throws WireException {
        // the wire may end before it is known here: whoever comes second takes it out again
        TlsWire[] made = new TlsWire[1];
        TlsWire wire = TlsWire.open(peer, plain, tls, patience, engine, to, () -> {
            sockets.remove(plain);
            TlsWire ended = made[0];
            if (ended != null) {
                wires.remove(ended);
            }
        });
        made[0] = wire;
        wires.put(wire, peer);
        if (!wire.isOpen()) {
            wires.remove(wire);
        }
        if (closed) {
            wire.close();
        }
        return wire;
    }

    private SSLSocket layer(Socket plain, Predicate<String> trusted, String host) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(identity.keys(), new TrustManager[] {new PinnedTrust(trusted)}, null);
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
            tls.setEnabledProtocols(new String[] {"TLSv1.3"});
            tls.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"});
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    private void handshake(SSLSocket tls) throws IOException {
        tls.setSoTimeout(millis(patience.silence()));
        tls.startHandshake();
    }

    private void accept(ServerSocket server) {
        while (!closed) {
            try {
                Socket plain = server.accept();
                sockets.add(plain);
                Thread.ofVirtual().name("peer-greets").start(() -> greet(plain));
            } catch (SocketException e) {
                if (!closed) {
                    LOG.error("peers cannot be listened for any more: {}", e.getMessage());
                }
                return;
            } catch (IOException e) {
                LOG.warn("a connection could not be taken: {}", e.getMessage());
            }
        }
    }

    private void greet(Socket plain) {
        boolean done = false;
        try {
            SSLSocket tls = layer(plain, anybody -> true, "peer");
            tls.setUseClientMode(false);
            tls.setNeedClientAuth(true);
            handshake(tls);
            String fingerprint =
                    PeerIdentity.fingerprint((X509Certificate) tls.getSession().getPeerCertificates()[0]);
            Optional<Peer> known = book.withCertificate(fingerprint);
            if (known.isPresent()) {
                wire(known.get().name(), plain, tls, correspondent);
            } else {
                wire("stranger " + fingerprint.substring(0, 12), plain, tls, new Doorkeeper(fingerprint));
            }
            done = true;
        } catch (IOException e) {
            LOG.info("a connection from {} came to nothing: {}", plain.getRemoteSocketAddress(), e.getMessage());
        } finally {
            if (!done) {
                closeQuietly(plain);
            }
        }
    }

    private void closeQuietly(Socket plain) {
        sockets.remove(plain);
        try {
            plain.close();
        } catch (IOException e) {
            LOG.debug("a socket could not be closed: {}", e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        ServerSocket server = listener;
        if (server != null) {
            server.close();
        }
        wires.keySet().forEach(TlsWire::close);
        for (Socket socket : sockets) {
            closeQuietly(socket);
        }
    }

    /** Lets nobody further than to the book. */
    private final class Doorkeeper implements Correspondent {
        private final String fingerprint;

        Doorkeeper(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        @Override
        public Reply answer(String peer, Request request) {
            if (!(request instanceof Request.Join join)) {
                return new Reply.Refused(
                        "wire.unknown-peer",
                        "engine \"" + name + "\" does not know your certificate " + fingerprint
                                + "; follow an invitation of it with \"ferry peer join\"");
            }
            try {
                book.join(new Peer(join.name(), join.address(), fingerprint), join.proof(), identity.fingerprint());
                LOG.info("engine \"{}\" at {} is a peer now", join.name(), join.address());
                return new Reply.Joined(name);
            } catch (PeerRefused e) {
                LOG.warn("a stranger with certificate {} could not join: {}", fingerprint, e.getMessage());
                return new Reply.Refused(e.code(), String.valueOf(e.getMessage()));
            } catch (IllegalArgumentException e) {
                return new Reply.Refused("peer.name", String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return new Reply.Refused("peer.book", "the peer cannot be written down: " + e.getMessage());
            }
        }

        @Override
        public void take(String peer, Chunk chunk) throws IOException {
            throw new IOException("bytes of a stranger");
        }
    }
}
