package dev.ferry.migration.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentedJournal;
import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.recovery.Transitions;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrationLedgerTest {
    private static final String FIRST = "a".repeat(32);
    private static final String SECOND = "b".repeat(32);

    @TempDir
    Path directory;

    private MigrationLedger open(StepListener steps) throws IOException {
        return MigrationLedger.open(replay -> SegmentedJournal.open(new PlainFiles(), directory, replay, 0), steps);
    }

    private MigrationLedger open() throws IOException {
        return open(StepListener.NONE);
    }

    private static MigrationRecord first(MigrationState state, String migration, long epoch) {
        return MigrationRecord.first(state, migration, "c1", "web", "south", epoch, "{\"keepSource\":true}");
    }

    @Test
    void recordsComeBackAsTheyWere() throws Exception {
        List<MigrationRecord> written = new ArrayList<>();
        try (MigrationLedger ledger = open()) {
            MigrationRecord offered = ledger.append(first(SourceState.OFFERED, FIRST, 1));
            written.add(offered);
            written.add(ledger.append(offered.then(SourceState.FROZEN, "two\nlines \"quoted\" \u20ac")));
            ledger.append(MigrationRecord.first(
                    TargetState.RESERVED, SECOND, "c2", "", "", 7, "x".repeat(MigrationRecord.MAXIMUM_DETAIL)));
            assertThat(ledger.history(FIRST)).isEqualTo(written);
        }
        try (MigrationLedger ledger = open()) {
            assertThat(ledger.history(FIRST)).isEqualTo(written);
            assertThat(ledger.unfinished(Side.SOURCE)).containsExactly(written.get(1));
            assertThat(ledger.unfinished(Side.TARGET))
                    .extracting(MigrationRecord::detail)
                    .containsExactly("x".repeat(MigrationRecord.MAXIMUM_DETAIL));
            assertThat(ledger.last(FIRST, Side.TARGET)).isEmpty();
            assertThat(ledger.source(FIRST)).isEqualTo(SourceState.FROZEN);
            assertThat(ledger.target(FIRST)).isEqualTo(TargetState.NONE);
            ledger.append(written.get(1).then(SourceState.ABANDONED, ""));
            assertThat(ledger.unfinished(Side.SOURCE)).isEmpty();
            assertThat(ledger.recent())
                    .extracting(MigrationRecord::state)
                    .containsExactly(SourceState.ABANDONED, TargetState.RESERVED);
        }
    }

    /** They are on disks. */
    @Test
    void numbersOfEntriesNeverChange() {
        Map<MigrationState, Integer> numbers = Map.ofEntries(
                Map.entry(SourceState.OFFERED, 1),
                Map.entry(SourceState.FROZEN, 2),
                Map.entry(SourceState.HANDED_OVER, 3),
                Map.entry(SourceState.RETIRED, 4),
                Map.entry(SourceState.ABANDONED, 5),
                Map.entry(SourceState.RECLAIMED, 6),
                Map.entry(TargetState.RESERVED, 101),
                Map.entry(TargetState.VERIFIED, 102),
                Map.entry(TargetState.READY, 103),
                Map.entry(TargetState.OWNED, 104),
                Map.entry(TargetState.RUNNING, 105),
                Map.entry(TargetState.DISCARDED, 106));
        assertThat(numbers).allSatisfy((state, number) -> {
            assertThat(EntryTypes.of(state)).isEqualTo(number);
            assertThat(EntryTypes.state(number)).hasValue(state);
        });
        assertThat(numbers.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(Stream.of(SourceState.values()), Stream.of(TargetState.values()))
                                .filter(state -> !state.name().equals("NONE"))
                                .toList());
        assertThat(List.of(EntryTypes.EPOCHS, EntryTypes.KEPT)).containsExactly(201, 202);
    }

    /** Every pair of states, on the disk too: what is refused leaves no trace. */
    @Test
    void onlyWhatFollowsIsWritten() throws Exception {
        List<MigrationState> all = new ArrayList<>(List.of(SourceState.values()));
        all.addAll(List.of(TargetState.values()));
        all.removeIf(state -> state.name().equals("NONE"));
        int epoch = 1;
        for (List<MigrationState> way : ways()) {
            for (MigrationState next : all) {
                epoch++;
                String migration = "%032x".formatted(epoch);
                try (MigrationLedger ledger = open()) {
                    MigrationRecord last = null;
                    for (MigrationState state : way) {
                        last = ledger.append(last == null ? first(state, migration, epoch) : last.then(state, ""));
                    }
                    if (last == null || last.side() != next.side() || Transitions.allow(last.state(), next)) {
                        continue;
                    }
                    MigrationRecord wrong = last.then(next, "");
                    assertThatThrownBy(() -> ledger.append(wrong))
                            .isInstanceOf(TransitionRefused.class)
                            .hasMessageContaining("is " + last.state() + " on the ")
                            .hasMessageEndingWith("cannot become " + next);
                    assertThat(ledger.last(migration, next.side())).hasValue(last);
                }
            }
        }
        try (MigrationLedger ledger = open()) {
            assertThatThrownBy(() -> ledger.append(first(SourceState.HANDED_OVER, FIRST, 1000)))
                    .isInstanceOf(TransitionRefused.class)
                    .hasMessageContaining("is NONE");
        }
    }

    private static List<List<MigrationState>> ways() {
        return List.of(
                List.of(SourceState.OFFERED),
                List.of(SourceState.OFFERED, SourceState.FROZEN),
                List.of(SourceState.OFFERED, SourceState.FROZEN, SourceState.HANDED_OVER),
                List.of(SourceState.OFFERED, SourceState.FROZEN, SourceState.HANDED_OVER, SourceState.RETIRED),
                List.of(SourceState.OFFERED, SourceState.FROZEN, SourceState.HANDED_OVER, SourceState.RECLAIMED),
                List.of(SourceState.OFFERED, SourceState.ABANDONED),
                List.of(TargetState.RESERVED),
                List.of(TargetState.RESERVED, TargetState.VERIFIED),
                List.of(TargetState.RESERVED, TargetState.VERIFIED, TargetState.READY),
                List.of(TargetState.RESERVED, TargetState.VERIFIED, TargetState.OWNED),
                List.of(TargetState.RESERVED, TargetState.VERIFIED, TargetState.OWNED, TargetState.RUNNING),
                List.of(TargetState.DISCARDED));
    }

    @Test
    void epochsOnlyGrowAndBelongToOneMigration() throws Exception {
        try (MigrationLedger ledger = open()) {
            MigrationRecord offered = ledger.append(first(SourceState.OFFERED, FIRST, 5));
            assertThatThrownBy(() -> ledger.append(first(TargetState.RESERVED, SECOND, 5)))
                    .isInstanceOf(EpochTaken.class)
                    .hasMessageContaining("\"" + FIRST + "\"")
                    .hasMessageContaining("\"" + SECOND + "\"")
                    .hasMessageContaining("epoch 5");
            assertThatThrownBy(() -> ledger.append(first(TargetState.RESERVED, SECOND, 4)))
                    .isInstanceOf(EpochTaken.class);
            MigrationRecord frozen = ledger.append(offered.then(SourceState.FROZEN, ""));
            assertThatThrownBy(() -> ledger.append(frozen.then(SourceState.HANDED_OVER, 4, "")))
                    .isInstanceOf(EpochTaken.class);
            MigrationRecord handedOver = ledger.append(frozen.then(SourceState.HANDED_OVER, ""));
            MigrationRecord reclaimed = ledger.append(handedOver.then(SourceState.RECLAIMED, 6, ""));
            ledger.append(reclaimed.then(SourceState.ABANDONED, ""));
            assertThat(ledger.epoch("c1")).isEqualTo(6);
            assertThat(ledger.epoch("c2")).isZero();
        }
        try (MigrationLedger ledger = open()) {
            assertThat(ledger.epoch("c1")).isEqualTo(6);
            assertThatThrownBy(() -> ledger.append(first(TargetState.RESERVED, SECOND, 6)))
                    .isInstanceOf(EpochTaken.class);
            ledger.append(first(TargetState.RESERVED, SECOND, 7));
        }
    }

    /** It claims nothing any more, but it can end. */
    @Test
    void overtakenMigrationOnlyLetsGo() throws Exception {
        try (MigrationLedger ledger = open()) {
            MigrationRecord late = ledger.append(first(TargetState.RESERVED, FIRST, 1));
            ledger.append(first(TargetState.RESERVED, SECOND, 2));
            assertThatThrownBy(() -> ledger.append(late.then(TargetState.VERIFIED, "")))
                    .isInstanceOf(EpochTaken.class)
                    .hasMessageContaining(SECOND);
            ledger.append(late.then(TargetState.DISCARDED, ""));
        }
    }

    @Test
    void migrationMovesOneContainer() throws Exception {
        try (MigrationLedger ledger = open()) {
            ledger.append(first(SourceState.OFFERED, FIRST, 1));
            assertThatThrownBy(() -> ledger.append(
                            MigrationRecord.first(SourceState.FROZEN, FIRST, "c2", "web", "south", 1, "")))
                    .isInstanceOf(TransitionRefused.class)
                    .hasMessageContaining("moves container \"c1\", not \"c2\"");
        }
    }

    @Test
    void oldCopyOfAJournalIsKnownByTheContainersEpoch() throws Exception {
        try (MigrationLedger ledger = open()) {
            ledger.append(first(TargetState.RESERVED, FIRST, 3));
            ledger.requireNotOlderThan("c1", 3);
            ledger.requireNotOlderThan("c1", 2);
            ledger.requireNotOlderThan("c2", 0);
            assertThatThrownBy(() -> ledger.requireNotOlderThan("c1", 4))
                    .isInstanceOf(JournalTooOld.class)
                    .hasMessageContaining("epoch 4")
                    .hasMessageContaining("above 3")
                    .hasMessageContaining("bring back");
        }
    }

    @Test
    void listenerIsToldAroundTheRecord() throws Exception {
        List<String> told = new ArrayList<>();
        try (MigrationLedger ledger = open(told::add)) {
            ledger.append(first(SourceState.OFFERED, FIRST, 1));
            ledger.append(first(TargetState.RESERVED, SECOND, 2));
            assertThatThrownBy(() -> ledger.append(first(TargetState.RESERVED, SECOND, 2)))
                    .isInstanceOf(TransitionRefused.class);
        }
        assertThat(told)
                .containsExactly(
                        "before source OFFERED",
                        "after source OFFERED",
                        "before target RESERVED",
                        "after target RESERVED");
    }

    @Test
    void deathBeforeTheRecordLeavesNothingAndAfterItTheRecord() throws Exception {
        for (String death : List.of("before source OFFERED", "after source OFFERED")) {
            try (MigrationLedger ledger = open(step -> {
                if (step.equals(death)) {
                    throw new IOException("died");
                }
            })) {
                assertThatThrownBy(() -> ledger.append(first(SourceState.OFFERED, FIRST, 1)))
                        .hasMessage("died");
                assertThat(ledger.source(FIRST))
                        .isEqualTo(death.startsWith("after") ? SourceState.OFFERED : SourceState.NONE);
            }
        }
        try (MigrationLedger ledger = open()) {
            assertThat(ledger.source(FIRST)).isEqualTo(SourceState.OFFERED);
        }
    }

    @Test
    void oneOfManyWhoClaimAnEpochAtOnceHasIt() throws Exception {
        var claimed = new AtomicInteger();
        var refused = new AtomicInteger();
        int threads = 8;
        var start = new CyclicBarrier(threads);
        try (MigrationLedger ledger = open()) {
            List<Thread> rivals = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                MigrationRecord record = first(TargetState.RESERVED, "%032x".formatted(i), 1);
                rivals.add(Thread.ofVirtual().start(() -> {
                    try {
                        start.await();
                        ledger.append(record);
                        claimed.incrementAndGet();
                    } catch (EpochTaken e) {
                        refused.incrementAndGet();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            for (Thread rival : rivals) {
                rival.join();
            }
            assertThat(ledger.unfinished(Side.TARGET)).hasSize(1);
        }
        assertThat(claimed).hasValue(1);
        assertThat(refused).hasValue(threads - 1);
    }

    @Test
    void entryOfAnUnknownKindIsANewerEngines() throws Exception {
        try (var journal = SegmentedJournal.open(new PlainFiles(), directory, entry -> {}, 0)) {
            journal.append(999, 1, "");
        }
        assertThatThrownBy(this::open)
                .isInstanceOf(LedgerUnreadable.class)
                .hasMessageContaining("kind 999")
                .hasMessageContaining("start the engine that wrote it");
        // and it has let go of it
        SegmentedJournal.open(new PlainFiles(), directory, entry -> {}, 0).close();
    }

    @Test
    void whatIsNoRecordIsRefused() {
        assertThatThrownBy(() -> first(SourceState.NONE, FIRST, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> first(SourceState.OFFERED, "short", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> first(SourceState.OFFERED, FIRST, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> first(SourceState.OFFERED, FIRST, 1)
                        .then(SourceState.FROZEN, "x".repeat(MigrationRecord.MAXIMUM_DETAIL + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32769 bytes");
    }
}
