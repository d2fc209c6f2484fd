package dev.ferry.migration.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.criu.archive.CheckpointDirectory;
import dev.ferry.criu.archive.CpuFacts;
import dev.ferry.criu.archive.FileRecord;
import dev.ferry.criu.archive.HostFacts;
import dev.ferry.criu.archive.ImageFollower;
import dev.ferry.criu.archive.Manifest;
import dev.ferry.migration.protocol.Chunk;
import dev.ferry.migration.protocol.Patience;
import dev.ferry.migration.protocol.Reply;
import dev.ferry.migration.protocol.Request;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.transfer.Arrivals;
import dev.ferry.store.content.ContentStore;
import dev.ferry.store.content.Digest;
import dev.ferry.store.content.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that lies, and what the target keeps of it: nothing. */
class TargetSessionTest {
    private static final String MIGRATION = "0123456789abcdef".repeat(2);
    private static final byte[] BLOB = "an image's configuration".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "an image's confiscation!".getBytes(StandardCharsets.UTF_8);
    private static final String DIGEST = Digest.sha256(BLOB).toString();
    private static final String MANIFEST =
            "{\"version\":1,\"created\":\"2026-01-02T03:04:05Z\",\"container_id\":\"c0ffee\",\"files\":[]}";

    private final List<TargetState> records = new ArrayList<>();
    private final Place place = new Place();
    private Path home;
    private ContentStore content;
    private Arrivals arrivals;
    private TargetSession session;

    @BeforeEach
    void reserve(@TempDir Path temporary) throws IOException {
        home = temporary;
        content = ContentStore.open(home.resolve("content"));
        Request.Offer offer = offer(List.of(new Request.Blob(DIGEST, BLOB.length)));
        arrivals = new Arrivals(content, offer.image(), place.log(), place.dump());
        session = TargetSession.reserve(offer, place, records::add, arrivals, Patience.DEFAULT, () -> {});
    }

    private static Request.Offer offer(List<Request.Blob> image) {
        return new Request.Offer(
                MIGRATION,
                false,
                "c0ffee",
                "web",
                3,
                new HostFacts("x86_64", new CpuFacts("v", 1, 1, List.of()), "6.1", "4.1", "v2"),
                "{}",
                image,
                List.of(),
                new Request.Needs(0, 0, 0),
                List.of());
    }

    /** A container that nobody has seen run. */
    private final class Place implements Arriving {
        private boolean prepared;
        private boolean restored;
        private boolean discarded;
        private int restores;
        private int failures;

        @Override
        public Path log() {
            return home.resolve("log");
        }

        @Override
        public Path dump() {
            return home.resolve("dump");
        }

        @Override
        public void prepare(Digest image, List<String> names) {
            prepared = true;
        }

        @Override
        public void restore(CheckpointDirectory directory, boolean checked, Gate gate) throws IOException {
            restores++;
            if (failures-- > 0) {
                throw new IOException("no room for files");
            }
            restored = true;
        }

        @Override
        public void discard() {
            discarded = true;
        }

        @Override
        public void stay() {}
    }

    private static Chunk chunk(String stream, long offset, byte[] bytes) {
        return new Chunk(MIGRATION, stream, offset, ByteBuffer.wrap(bytes));
    }

    private void assertRefused(Request request, String... words) {
        assertThat(session.answer(request))
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.text()).contains(words));
    }

    private void assertNothingStays() throws IOException {
        assertThat(session.answer(new Request.Abandon(MIGRATION, "it lied"))).isEqualTo(new Reply.Discarded("it lied"));
        assertThat(place.discarded).isTrue();
        assertThat(place.restored).isFalse();
        assertThat(content.list()).isEmpty();
        assertThat(records).containsExactly(TargetState.RESERVED, TargetState.DISCARDED);
    }

    @Test
    void blobWithOtherBytesThanItsDigestIsRefused() throws Exception {
        session.take(chunk("blob/" + DIGEST, 0, OTHER));
        assertRefused(new Request.Prepare(MIGRATION), Digest.sha256(OTHER).toString());
        assertThat(place.prepared).isFalse();
        assertNothingStays();
    }

    @Test
    void blobThatWasOfferedAndNeverSentIsRefused() throws Exception {
        assertRefused(new Request.Prepare(MIGRATION), DIGEST, "was offered and never sent");
        assertNothingStays();
    }

    @Test
    void streamsThatWereNotOfferedAreRefused() throws Exception {
        String other = Digest.sha256(OTHER).toString();
        assertThatThrownBy(() -> session.take(chunk("blob/" + other, 0, OTHER)))
                .hasMessageContaining(other)
                .hasMessageContaining("was not offered");
        // nothing more is taken from one who has lied
        assertThatThrownBy(() -> session.take(chunk("log", 0, OTHER))).hasMessageContaining("takes no bytes any more");
        assertNothingStays();
    }

    @Test
    void moreBytesThanWereOfferedAreRefused() throws Exception {
        byte[] longer = new byte[BLOB.length + 1];
        assertThatThrownBy(() -> session.take(chunk("blob/" + DIGEST, 0, longer)))
                .hasMessageContaining("longer than the " + BLOB.length + " bytes that were offered");
        assertNothingStays();
    }

    @Test
    void filesOutsideOfTheDumpAreRefused() throws Exception {
        for (String name : List.of("../../escape", "/etc/escape", "checkpoint/../../escape", "checkpoint/")) {
            reserve(Files.createDirectories(home.resolve("next")));
            records.clear();
            records.add(TargetState.RESERVED);
            assertThatThrownBy(() -> session.take(chunk("dump/" + name, 0, OTHER)))
                    .hasMessageContaining("is no name that a file of a checkpoint has");
            assertThat(home.resolve("escape")).doesNotExist();
            assertNothingStays();
        }
    }

    @Test
    void gapIsNotTakenAndWhatComesTwiceCountsOnce() throws Exception {
        assertThatThrownBy(() -> session.take(chunk("log", 5, OTHER))).isInstanceOf(Arrivals.OutOfOrder.class);
        session.take(chunk("log", 0, OTHER));
        session.take(chunk("log", 0, OTHER));
        session.take(chunk("log", 0, BLOB));
        assertThat(session.answer(new Request.Resume(MIGRATION)))
                .isInstanceOfSatisfying(
                        Reply.Holding.class,
                        holding -> assertThat(holding.streams())
                                .containsEntry("log", (long) OTHER.length)
                                .containsEntry("blob/" + DIGEST, 0L));
        assertThat(home.resolve("log")).hasBinaryContent(OTHER);
        assertNothingStays();
    }

    @Test
    void sumsThatAreNotThoseOfTheBytesAreRefused() throws Exception {
        session.take(chunk("log", 0, OTHER));
        CRC32C sum = new CRC32C();
        sum.update(BLOB);
        assertRefused(
                new Request.Complete(MIGRATION, MANIFEST, BLOB.length, "%08x".formatted(sum.getValue())),
                "the log came with",
                "%08x".formatted(sum.getValue()));
        assertThat(place.restored).isFalse();
        assertNothingStays();
    }

    @Test
    void whatIsCompleteIsHeldToTheLastByte() throws Exception {
        CheckpointDirectory sent = CheckpointDirectory.create(home.resolve("sent"));
        Files.write(sent.file(CheckpointDirectory.CONFIG), OTHER);
        List<FileRecord> files;
        try (ImageFollower follower = ImageFollower.start(sent)) {
            files = follower.finish();
        }
        sent.commit(new Manifest(
                Manifest.VERSION,
                "2026-01-02T03:04:05Z",
                "c0ffee",
                offer(List.of()).host(),
                new Manifest.DumpFacts(Map.of(), false, true, Map.of(), false),
                files));
        String manifest = Files.readString(sent.file(CheckpointDirectory.MANIFEST));
        session.take(chunk("log", 0, BLOB));
        session.take(chunk("dump/" + CheckpointDirectory.CONFIG, 0, OTHER));
        CRC32C sum = new CRC32C();
        sum.update(BLOB);
        Request complete = new Request.Complete(MIGRATION, manifest, BLOB.length, "%08x".formatted(sum.getValue()));
        session.answer(complete);
        assertThat(records).contains(TargetState.VERIFIED);
        assertThat(arrivals.positions())
                .containsEntry("log", (long) BLOB.length)
                .containsEntry("dump/" + CheckpointDirectory.CONFIG, (long) OTHER.length);
    }

    @Test
    void imageOfWhatRunsIsNoLongerKeptFromBeingCollected() throws Exception {
        try (Lease lease = content.lease()) {
            content.put(lease, BLOB);
        }
        session.discard("another one is looked at");
        Arrivals came =
                new Arrivals(content, List.of(new Request.Blob(DIGEST, BLOB.length)), place.log(), place.dump());
        TargetSession owner = TargetSession.resume(
                MIGRATION, 3, place, records::add, came, Patience.DEFAULT, TargetState.READY, () -> {});
        assertThat(content.collect(Set::of)).isEmpty();
        assertThat(owner.own()).isEqualTo(new Reply.Running(3));
        assertThat(place.restored).isTrue();
        assertThat(content.collect(Set::of)).containsExactly(Digest.sha256(BLOB));
    }

    @Test
    void sourceThatIsSilentForAWhileIsMissed() throws Exception {
        assertThat(session.isMissingItsSource()).isFalse();
        Arrivals none = new Arrivals(content, List.of(), place.log(), place.dump());
        TargetSession hasty = TargetSession.reserve(
                offer(List.of()), place, records::add, none, new Patience(Duration.ofMillis(10)), () -> {});
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!hasty.isMissingItsSource()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        hasty.discard("nothing comes");
        assertThat(hasty.isMissingItsSource()).isFalse();
    }

    @Test
    void handOverBeforeItsTimeOrUnderAnotherEpochIsRefused() throws Exception {
        assertRefused(new Request.Commit(MIGRATION, 3), "is not complete here");
        assertRefused(new Request.Commit(MIGRATION, 4), "is about epoch 3, not 4");
        assertThat(session.state()).isEqualTo(TargetState.RESERVED);
        assertNothingStays();
        assertThat(session.answer(new Request.Commit(MIGRATION, 3)))
                .isEqualTo(new Reply.Discarded("it was given up here before"));
    }

    /** One that is complete, with a journal that refuses a record so many times. */
    private TargetSession complete(TargetState refused, int times) {
        int[] left = {times};
        return TargetSession.resume(
                MIGRATION,
                3,
                place,
                state -> {
                    if (state == refused && left[0]-- > 0) {
                        throw new IOException("no room for " + state);
                    }
                    records.add(state);
                },
                new Arrivals(content, List.of(), place.log(), place.dump()),
                Patience.DEFAULT,
                TargetState.VERIFIED,
                () -> {});
    }

    @Test
    void whatIsOursAndRunsIsNotRestoredOnceMoreWhenItsNoteWasRefused() {
        TargetSession complete = complete(TargetState.RUNNING, 2);
        for (int i = 0; i < 2; i++) {
            assertThat(complete.own())
                    .isInstanceOfSatisfying(
                            Reply.Refused.class,
                            refused -> assertThat(refused.text()).contains("no room for RUNNING"));
            assertThat(complete.isOwed()).isTrue();
        }
        assertThat(complete.own()).isEqualTo(new Reply.Running(3));
        assertThat(complete.isOwed()).isFalse();
        assertThat(place.restores).isEqualTo(1);
        assertThat(records).containsExactly(TargetState.RESERVED, TargetState.OWNED, TargetState.RUNNING);
    }

    @Test
    void whatIsOursAndCouldNotBeRestoredIsRestoredOnceMore() {
        TargetSession complete = complete(TargetState.RUNNING, 0);
        place.failures = 1;
        assertThat(complete.own())
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.text()).contains("no room for files"));
        assertThat(complete.isOwed()).isTrue();
        assertThat(complete.own()).isEqualTo(new Reply.Running(3));
        assertThat(place.restores).isEqualTo(2);
    }
}
