package dev.ferry.migration.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Correspondent;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireRefused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two engines become peers and talk, or do not. */
class PeersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path home;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private Peers a;
    private Peers b;

    @BeforeEach
    void open() throws IOException {
        a = peers("a");
        b = peers("b");
        b.listen("127.0.0.1:0", "");
    }

    private Peers peers(String name) throws IOException {
        return Peers.open(home.resolve(name), name, "test", new Notebook(), Patience.DEFAULT);
    }

    @AfterEach
    void close() throws IOException {
        a.close();
        b.close();
    }

    private final class Notebook implements Correspondent {
        @Override
        public Reply answer(String peer, Request request) {
            heard.add(peer + ": " + request);
            return new Reply.Holding("NONE", Map.of());
        }

        @Override
        public void take(String peer, Chunk chunk) {
            heard.add(peer + ": " + chunk.stream() + " " + chunk.offset() + " "
                    + chunk.bytes().remaining());
        }
    }

    private String invitation() throws PeerRefused, IOException {
        return b.invite(Instant.now().plusSeconds(600));
    }

    @Test
    void joinedByInvitationEachKnowsTheOtherAndIsHeard() throws Exception {
        Peer joined = a.join(invitation(), "");

        assertThat(joined.name()).isEqualTo("b");
        assertThat(b.all()).extracting(Peer::name).containsExactly("a");
        try (Wire wire = a.dial("b")) {
            wire.send(new Chunk("m", "log", 7, ByteBuffer.wrap(new byte[100_000])));
            Reply reply = wire.request(new Request.Resume("m"), PATIENCE);
            assertThat(reply).isEqualTo(new Reply.Holding("NONE", Map.of()));
        }
        assertThat(heard).containsExactly("a: log 7 100000", "a: Resume[migration=m]");
    }

    @Test
    void invitationServesOnce() throws Exception {
        String token = invitation();
        a.join(token, "");
        Peers c = peers("c");
        try (c) {
            assertThatThrownBy(() -> c.join(token, ""))
                    .isInstanceOf(PeerRefused.class)
                    .hasMessageContaining("it was used, has expired");
        }
        assertThat(b.all()).extracting(Peer::name).containsExactly("a");
    }

    @Test
    void strangerIsHeardByNobody() throws Exception {
        a.join(invitation(), "");
        b.remove("a");

        try (Wire wire = a.dial("b")) {
            Reply reply = wire.request(new Request.Resume("m"), PATIENCE);
            assertThat(reply).isInstanceOf(Reply.Refused.class).asString().contains("does not know your certificate");
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void anotherKeyAtTheAddressIsRefused() throws Exception {
        a.join(invitation(), "");
        int port = Integer.parseInt(b.address().substring(b.address().lastIndexOf(':') + 1));
        b.close();
        b = peers("impostor");
        b.listen("127.0.0.1:" + port, "");

        assertThatThrownBy(() -> a.dial("b"))
                .isInstanceOf(WireRefused.class)
                .hasMessageContaining("is not peer \"b\"")
                .hasMessageContaining("join again");
    }
}
