package dev.ferry.migration.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.CpuFacts;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.protocol.Wire;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.transfer.Link;
import dev.ferry.migration.transfer.Shipment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source whose target does what it is asked. */
class SourceSessionTest {
    private static final String MIGRATION = "0123456789abcdef".repeat(2);
    private static final long EPOCH = 3;
    private static final HostFacts HOST =
            new HostFacts("x86_64", new CpuFacts("v", 1, 1, List.of()), "6.1", "4.1", "v2");

    private final List<String> happened = new CopyOnWriteArrayList<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private final Timeline timeline = new Timeline(() -> {});
    private long since;
    private Path home;

    @BeforeEach
    void write(@TempDir Path temporary) throws IOException {
        home = temporary;
        Files.createFile(home.resolve("log"));
        CheckpointDirectory.create(home.resolve("dump"))
                .commit(new Manifest(
                        Manifest.VERSION,
                        "2026-01-02T03:04:05Z",
                        "c0ffee",
                        HOST,
                        new Manifest.DumpFacts(Map.of(), false, false, Map.of(), false),
                        List.of()));
    }

    /** A target that is content with everything. */
    private final class WillingPeer implements Wire {
        @Override
        public String peer() {
            return "b";
        }

        @Override
        public Reply request(Request request, Duration patience) {
            return switch (request) {
                case Request.Offer offer -> new Reply.Reserved(List.of());
                case Request.Prepare prepare -> new Reply.Prepared();
                case Request.Complete complete -> new Reply.Ready(1, 1);
                case Request.Commit commit -> {
                    happened.add("told");
                    told.countDown();
                    yield new Reply.Running(EPOCH, since);
                }
                default -> throw new AssertionError("nobody has to ask for " + request);
            };
        }

        @Override
        public void send(Chunk chunk) {}

        @Override
        public void limit(long bytesPerSecond) {}

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** A container that takes its time to end: until the target was told. */
    private final class SlowEnd implements Departing {
        @Override
        public FileChannel blob(String digest) {
            throw new AssertionError("no blob was offered");
        }

        @Override
        public Path log() {
            return home.resolve("log");
        }

        @Override
        public void dump(Talk talk) throws IOException {
            CheckpointDirectory directory = CheckpointDirectory.of(home.resolve("dump"));
            talk.begin(directory);
            talk.commit(directory, 0);
            try {
                assertThat(told.await(20, TimeUnit.SECONDS))
                        .as("the target was told")
                        .isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            happened.add("ended");
        }

        @Override
        public void stay() {
            happened.add("stayed");
        }

        @Override
        public void leave() {
            happened.add("left");
        }
    }

    private SourceSession.Outcome run() throws IOException {
        Request.Offer offer = new Request.Offer(
                MIGRATION,
                false,
                "c0ffee",
                "web",
                EPOCH,
                HOST,
                "{}",
                List.of(),
                List.of(),
                new Request.Needs(0, 0, 0),
                List.of());
        try (Shipment shipment = new Shipment();
                Link link = new Link(peer -> new WillingPeer(), "b", MIGRATION, shipment, 0, Duration.ofSeconds(20))) {
            return new SourceSession(
                            offer,
                            new SlowEnd(),
                            state -> happened.add(state.name()),
                            link,
                            shipment,
                            timeline,
                            Patience.DEFAULT)
                    .run();
        }
    }

    @Test
    void theTargetIsToldOfTheHandOverBeforeTheContainerHasEnded() throws Exception {
        assertThat(run()).isInstanceOf(SourceSession.Outcome.Moved.class);
        assertThat(happened)
                .containsExactly(
                        SourceState.OFFERED.name(),
                        SourceState.FROZEN.name(),
                        SourceState.HANDED_OVER.name(),
                        "told",
                        "ended",
                        SourceState.RETIRED.name(),
                        "left");
    }

    /** What the target says of the time before its answer shortens the blackout by no more than that time. */
    @Test
    void noAnswerMakesTheBlackoutNegative() throws Exception {
        since = Long.MAX_VALUE;
        run();
        assertThat(timeline.blackout()).isPositive();
        assertThat(timeline.steps())
                .filteredOn(step -> step.name().equals("hand-over"))
                .singleElement()
                .satisfies(step -> assertThat(step.duration()).isNotNegative());
    }
}
