package dev.ferry.migration.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.protocol.WireBroken;
import dev.ferry.migration.protocol.WireException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source's way to its target across cuts. */
class LinkTest {
    private static final String STREAM = "log";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final byte[] bytes = new byte[3 * Chunk.MAXIMUM + 17];
    private final List<Request> asked = new ArrayList<>();
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private Function<Request, Reply> answers = request -> request instanceof Request.Resume
            ? new Reply.Holding("RESERVED", Map.of(STREAM, (long) arrived.size()))
            : new Reply.Prepared();
    private int dialed;
    private CutWire lastWire = new CutWire();
    /** After so many chunks a connection breaks; the last of them is lost on the way. */
    private int chunksUntilCut = Integer.MAX_VALUE;

    private Path file;

    @BeforeEach
    void write(@TempDir Path home) throws IOException {
        new Random(5).nextBytes(bytes);
        file = Files.write(home.resolve("file"), bytes);
    }

    /** A connection that takes what is sent until it is cut. */
    private final class CutWire implements Wire {
        private int left = chunksUntilCut;
        private boolean open = true;

        @Override
        public String peer() {
            return "b";
        }

        @Override
        public Reply request(Request request, Duration patience) throws WireException {
            if (left <= 0) {
                open = false;
                throw new WireBroken("cut", null);
            }
            asked.add(request);
            return answers.apply(request);
        }

        @Override
        public void send(Chunk chunk) throws WireException {
            if (--left < 0) {
                open = false;
                throw new WireBroken("cut", null);
            }
            if (left > 0 || chunksUntilCut == Integer.MAX_VALUE) {
                assertThat(chunk.offset()).isEqualTo(arrived.size());
                byte[] part = new byte[chunk.bytes().remaining()];
                chunk.bytes().get(part);
                arrived.writeBytes(part);
            }
        }

        @Override
        public void limit(long bytesPerSecond) {}

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private Wire dial(String peer) {
        dialed++;
        lastWire = new CutWire();
        return lastWire;
    }

    private Link link(Shipment shipment, Duration patience) {
        return new Link(this::dial, "b", "m", shipment, 0, patience);
    }

    @Test
    void goesBackToWhatTheTargetHasAfterEachCut() throws Exception {
        chunksUntilCut = 2;
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            shipment.add(STREAM, file);
            link.ask(new Request.Prepare("m"));
            offered(link);
            link.ship();
            chunksUntilCut = Integer.MAX_VALUE;

            assertThat(shipment.sent()).isGreaterThan(bytes.length);
            CRC32C sum = new CRC32C();
            sum.update(bytes);
            assertThat(shipment.sum(STREAM)).isEqualTo(HexFormat.of().toHexDigits((int) sum.getValue()));
        }
        assertThat(dialed).isGreaterThan(2);
        assertThat(asked).contains(new Request.Resume("m"));
    }

    @Test
    void whatIsLostBehindTheLastChunkIsSentAgainBeforeTheNextRequest() throws Exception {
        chunksUntilCut = 2;
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            shipment.add(STREAM, file);
            offered(link);
            link.ship();
            assertThat(arrived.size()).isLessThan(bytes.length);
            assertThat(link.askBehindAll(new Request.Prepare("m"))).isInstanceOf(Reply.Prepared.class);
        }
        assertThat(arrived.toByteArray()).isEqualTo(bytes);
        assertThat(asked).endsWith(new Request.Resume("m"), new Request.Prepare("m"));
    }

    @Test
    void targetThatHasVerifiedEverythingIsSentNothingAgain() throws Exception {
        chunksUntilCut = 5;
        answers = request ->
                request instanceof Request.Resume ? new Reply.Holding("VERIFIED", Map.of()) : new Reply.Prepared();
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            shipment.add(STREAM, file);
            offered(link);
            link.ship();
            lastWire.close();
            link.askBehindAll(new Request.Prepare("m"));
            assertThat(shipment.sent()).isEqualTo(bytes.length);
        }
        assertThat(asked).contains(new Request.Resume("m"));
    }

    private void offered(Link link) throws Exception {
        link.ask(new Request.Offer(
                "m",
                false,
                "c",
                "web",
                1,
                new dev.ferry.criu.archive.HostFacts(
                        "x86_64", new dev.ferry.criu.archive.CpuFacts("v", 1, 1, List.of()), "6.1", "4.1", "v2"),
                "{}",
                List.of(),
                List.of(),
                new Request.Needs(0, 0, 0),
                List.of()));
    }

    @Test
    void refusalNamesWhoRefused() throws Exception {
        answers = request -> new Reply.Refused("migration.space", "there is no room; make some");
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            assertThatThrownBy(() -> link.ask(new Request.Prepare("m")))
                    .isInstanceOfSatisfying(
                            Refusal.class, e -> assertThat(e.code()).isEqualTo("migration.space"))
                    .hasMessage("peer \"b\" refuses: there is no room; make some");
        }
    }

    @Test
    void impossibleCountOfArrivedBytesIsRefused() throws Exception {
        chunksUntilCut = 1;
        answers = request -> new Reply.Holding("RESERVED", Map.of(STREAM, -5L));
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            shipment.add(STREAM, file);
            offered(link);
            assertThatThrownBy(link::ship).isInstanceOf(Refusal.class).hasMessageContaining("-5 bytes of \"log\"");
        }
    }

    @Test
    void givesUpWhenNobodyCanBeReachedForAsLongAsItsPatience() throws Exception {
        try (Shipment shipment = new Shipment();
                Link link = new Link(
                        peer -> {
                            dialed++;
                            throw new WireBroken("nobody there", null);
                        },
                        "b",
                        "m",
                        shipment,
                        0,
                        Duration.ofMillis(150))) {
            assertThatThrownBy(() -> link.ask(new Request.Prepare("m")))
                    .isInstanceOf(WireBroken.class)
                    .hasMessage("nobody there");
        }
        assertThat(dialed).isGreaterThan(1);
    }

    @Test
    void cancelledOneFailsNowAndLater() throws Exception {
        try (Shipment shipment = new Shipment();
                Link link = link(shipment, PATIENCE)) {
            link.cancel();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> link.ask(new Request.Prepare("m")))
                        .isInstanceOf(Refusal.class)
                        .hasMessageContaining("was cancelled");
            }
            assertThat(link.lastWord(new Request.Abandon("m", "cancelled"))).isEqualTo(new Reply.Prepared());
        }
    }
}
