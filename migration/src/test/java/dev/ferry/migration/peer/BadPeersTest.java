package dev.ferry.migration.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireRefused;
import dev.ferry.testing.LinkProxy;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that let nobody in, and engines that speak what they should not, or nothing at all. */
class BadPeersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Patience QUICK = new Patience(Duration.ofMillis(500));
    private static final int HELLO = 0x10;
    private static final int REQUEST = 0x11;
    private static final int REPLY = 0x12;
    private static final String OURS = "{\"versions\":[1],\"engine\":\"test\"}";

    /** Keys take a second each to make, so all tests have the same. */
    @TempDir
    static Path keys;

    @TempDir
    Path home;

    private final BlockingQueue<String> answering = new LinkedBlockingQueue<>();
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private Peers a;
    private Peers b;

    @BeforeAll
    static void makeKeys() throws IOException {
        for (String name : List.of("a", "b", "odd", "far")) {
            PeerIdentity.open(keys.resolve(name));
        }
    }

    @BeforeEach
    void open() throws IOException {
        for (String name : List.of("a", "b", "odd", "far")) {
            Path own = Files.createDirectories(home.resolve(name));
            try (Stream<Path> files = Files.list(keys.resolve(name))) {
                for (Path file : files.toList()) {
                    Files.copy(file, own.resolve(file.getFileName()));
                }
            }
        }
        a = Peers.open(home.resolve("a"), "a", "test", new Slow(), QUICK);
        b = Peers.open(home.resolve("b"), "b", "test", new Slow(), QUICK);
        b.listen("127.0.0.1:0", "");
    }

    @AfterEach
    void close() throws IOException {
        a.close();
        b.close();
    }

    /** Answers when the test lets it. */
    private final class Slow implements Correspondent {
        @Override
        public Reply answer(String peer, Request request) {
            answering.add(peer);
            try {
                return replies.take();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void take(String peer, Chunk chunk) {}
    }

    private static void assertRefused(
            String code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String word) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PeerRefused.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    @Test
    void badTokensLetNobodyIn() throws Exception {
        String expired = b.invite(Instant.now().minusSeconds(1));
        assertRefused("peer.invitation-expired", () -> a.join(expired, ""), "ferry peer invite");
        assertRefused("peer.token", () -> a.join("no token", ""), "cannot be read");
        String own = b.invite(Instant.now().plusSeconds(600));
        assertRefused("peer.self", () -> b.join(own, ""), "this engine's own");
        Invitation right = Invitation.parse(own);
        String guessed = new Invitation(right.address(), right.fingerprint(), "00".repeat(32), right.expires()).token();
        assertRefused("peer.invitation", () -> a.join(guessed, ""), "is not known");
        // the engine that invites goes by its own clock and book, whatever the token says
        Invitation late = Invitation.parse(expired);
        String prolonged = new Invitation(late.address(), late.fingerprint(), late.secret(), right.expires()).token();
        assertRefused("peer.invitation", () -> a.join(prolonged, ""), "has expired");
        String elsewhere = new Invitation(right.address(), "00".repeat(32), right.secret(), right.expires()).token();
        assertThatThrownBy(() -> a.join(elsewhere, ""))
                .isInstanceOfSatisfying(
                        WireRefused.class, e -> assertThat(e.code()).isEqualTo("wire.certificate"));
        assertThat(a.all()).isEmpty();
        assertThat(b.all()).isEmpty();
        a.join(own, "");
        assertThat(b.all()).extracting(Peer::name).containsExactly("a");
    }

    /** What a stranger's server says on a connection that has been greeted. */
    private interface Talk {
        void say(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** A server with a key of its own, known to {@code a} as peer "odd", that takes one connection. */
    private ServerSocket odd(Talk talk) throws Exception {
        PeerIdentity identity = PeerIdentity.open(home.resolve("odd"));
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Peer odd = new Peer("odd", "127.0.0.1:" + server.getLocalPort(), identity.fingerprint());
        PeerBook.open(home.resolve("a/peers.json")).add(odd);
        a.close();
        a = Peers.open(home.resolve("a"), "a", "test", new Slow(), QUICK);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(identity.keys(), new TrustManager[] {new PinnedTrust(any -> true)}, null);
        Thread.ofPlatform().daemon().start(() -> {
            try (Socket plain = server.accept();
                    SSLSocket tls =
                            (SSLSocket) context.getSocketFactory().createSocket(plain, "peer", plain.getPort(), true)) {
                tls.setUseClientMode(false);
                tls.setNeedClientAuth(true);
                DataInputStream in = new DataInputStream(tls.getInputStream());
                talk.say(in, new DataOutputStream(tls.getOutputStream()));
                while (in.read() >= 0) {
                    // until the other side has had enough
                }
            } catch (IOException e) {
                // it has
            }
        });
        return server;
    }

    private static void frame(DataOutputStream out, int kind, byte[] body) throws IOException {
        out.writeByte(kind);
        out.writeInt(body.length);
        out.write(body);
        out.flush();
    }

    private static void hello(DataOutputStream out, String json) throws IOException {
        frame(out, HELLO, json.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads up to a request, and returns its number and text as they came. */
    private static byte[] request(DataInputStream in) throws IOException {
        while (true) {
            int kind = in.readUnsignedByte();
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            if (kind == REQUEST) {
                return body;
            }
        }
    }

    @Test
    void otherVersionOfTheProtocolIsNamed() throws Exception {
        try (ServerSocket server = odd((in, out) -> hello(out, "{\"versions\":[7,8],\"engine\":\"9.9\"}"))) {
            assertThatThrownBy(() -> a.dial("odd"))
                    .isInstanceOfSatisfying(
                            WireRefused.class, e -> assertThat(e.code()).isEqualTo("wire.version"))
                    .hasMessageContaining("\"odd\" (engine 9.9) speaks versions [7, 8]")
                    .hasMessageContaining("upgrade the older engine");
            assertThat(server.isClosed()).isFalse();
        }
    }

    @Test
    void answerThatCannotBeReadEndsTheConnectionAndTheWait() throws Exception {
        try (ServerSocket server = odd((in, out) -> {
            hello(out, OURS);
            byte[] asked = request(in);
            byte[] answer = "        {\"answer\":\"nonsense\"}".getBytes(StandardCharsets.UTF_8);
            System.arraycopy(asked, 0, answer, 0, 8);
            frame(out, REPLY, answer);
        })) {
            try (Wire wire = a.dial("odd")) {
                assertThatThrownBy(() -> wire.request(new Request.Resume("m"), Duration.ofMinutes(5)))
                        .isInstanceOf(WireBroken.class)
                        .hasMessageContaining("nonsense");
                assertThat(wire.isOpen()).isFalse();
            }
            assertThat(server.isClosed()).isFalse();
        }
    }

    @Test
    void framesThatAreNoneEndTheConnection() throws Exception {
        List<Talk> lies = List.of(
                (in, out) -> out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                (in, out) -> hello(out, "no JSON"),
                (in, out) -> frame(out, REPLY, new byte[20]),
                (in, out) -> {
                    out.writeByte(HELLO);
                    out.writeInt(Integer.MAX_VALUE);
                });
        for (Talk lie : lies) {
            try (ServerSocket server = odd(lie)) {
                assertThatThrownBy(() -> a.dial("odd"))
                        .isInstanceOf(WireBroken.class)
                        .hasMessageContaining("\"odd\"");
                assertThat(server.isClosed()).isFalse();
            }
        }
    }

    @Test
    void deadPeerIsFoundOutByItsSilence() throws Exception {
        InetSocketAddress target = new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                Integer.parseInt(b.address().substring(b.address().lastIndexOf(':') + 1)));
        try (LinkProxy link = LinkProxy.to(target)) {
            Peers far = Peers.open(home.resolve("far"), "far", "test", new Slow(), QUICK);
            try (far) {
                Invitation direct = Invitation.parse(b.invite(Instant.now().plusSeconds(600)));
                far.join(
                        new Invitation(link.text(), direct.fingerprint(), direct.secret(), direct.expires()).token(),
                        "");
                try (Wire wire = far.dial("b")) {
                    replies.add(new Reply.Holding("NONE", Map.of()));
                    wire.request(new Request.Resume("m"), PATIENCE);
                    answering.clear();
                    Thread silencer = Thread.ofPlatform().start(() -> {
                        try {
                            answering.take();
                            link.strike(LinkProxy.Trouble.SWALLOW);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    });
                    assertThatThrownBy(() -> wire.request(new Request.Resume("m"), Duration.ofMinutes(5)))
                            .isInstanceOf(WireBroken.class)
                            .hasMessageContaining("nothing came for 500 ms");
                    silencer.join();
                    assertThat(wire.isOpen()).isFalse();
                    replies.add(new Reply.Holding("NONE", Map.of()));
                }
                link.heal();
                try (Wire again = far.dial("b")) {
                    replies.add(new Reply.Holding("READY", Map.of()));
                    assertThat(again.request(new Request.Resume("m"), PATIENCE))
                            .isEqualTo(new Reply.Holding("READY", Map.of()));
                }
            }
        }
    }

    @Test
    void slowAnswerIsWaitedForWhileThePeerBeats() throws Exception {
        a.join(b.invite(Instant.now().plusSeconds(600)), "");
        try (Wire wire = a.dial("b")) {
            Thread.ofPlatform().start(() -> {
                try {
                    answering.take();
                    // longer than the silence that would end it
                    Thread.sleep(QUICK.silence().multipliedBy(2));
                    replies.add(new Reply.Prepared());
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(wire.request(new Request.Prepare("m"), PATIENCE)).isEqualTo(new Reply.Prepared());
        }
    }
}
