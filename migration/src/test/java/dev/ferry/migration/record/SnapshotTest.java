package dev.ferry.migration.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.migration.journal.JournalException;
import dev.ferry.migration.journal.MigrationJournal;
import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentedJournal;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal is written once more without what is over, and a crash anywhere in that loses nothing. */
final class SnapshotTest {
    private static final int FINISHED = Timelines.FINISHED + 30;
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path root;

    /** What may be asked of a ledger after a snapshot. */
    private record View(
            List<MigrationRecord> source,
            List<MigrationRecord> target,
            Map<String, Long> epochs,
            List<List<MigrationRecord>> histories) {
        static View of(MigrationLedger ledger) {
            Map<String, Long> epochs = new TreeMap<>();
            for (int i = 0; i < FINISHED + 2; i++) {
                epochs.put("c" + i, ledger.epoch("c" + i));
            }
            return new View(
                    ledger.unfinished(Side.SOURCE),
                    ledger.unfinished(Side.TARGET),
                    epochs,
                    IntStream.range(FINISHED - Timelines.FINISHED, FINISHED + 2)
                            .mapToObj(i -> ledger.history(migration(i)))
                            .toList());
        }
    }

    private static String migration(int i) {
        return "%032x".formatted(i);
    }

    private static MigrationLedger open(Path directory, long history) throws IOException {
        return MigrationLedger.open(plain(directory), StepListener.NONE, history);
    }

    private static JournalOpening plain(Path directory) {
        return replay -> SegmentedJournal.open(new PlainFiles(), directory, replay, 0);
    }

    private Path written() throws Exception {
        Path directory = root.resolve("whole");
        try (MigrationLedger ledger = open(directory, NEVER)) {
            MigrationRecord early = ledger.append(
                    MigrationRecord.first(SourceState.OFFERED, migration(FINISHED), "c" + FINISHED, "a", "p", 9, "{}"));
            for (int i = 0; i < FINISHED; i++) {
                MigrationRecord reserved = ledger.append(MigrationRecord.first(
                        TargetState.RESERVED, migration(i), "c" + i, "n", "p", 1 + i, "x".repeat(400)));
                ledger.append(reserved.then(TargetState.DISCARDED, "why"));
            }
            ledger.append(early.then(SourceState.FROZEN, "late"));
            ledger.append(MigrationRecord.first(
                    TargetState.RESERVED, migration(FINISHED + 1), "c" + (FINISHED + 1), "b", "p", 4, "y"));
        }
        return directory;
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = root.resolve(name);
        Files.createDirectory(to);
        for (Path file : segments(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
        return to;
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".journal"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void crashAnywhereInASnapshotLosesNothing() throws Exception {
        Path whole = written();
        View before;
        try (MigrationLedger ledger = open(whole, NEVER)) {
            before = View.of(ledger);
        }
        assertThat(before.histories).allSatisfy(history -> assertThat(history).isNotEmpty());
        int cuts = 0;
        boolean finished = false;
        for (int appends = 0; !finished; appends++) {
            Path directory = copy(whole, "cut " + appends);
            int most = appends;
            try {
                MigrationLedger.open(
                                replay -> new Dying(plain(directory).open(replay), most, false), StepListener.NONE, 50)
                        .close();
                finished = true;
            } catch (UncheckedIOException e) {
                cuts++;
            }
            requireSame(directory, before);
        }
        assertThat(cuts).as("entries of the snapshot").isGreaterThan(3);
        Path unforgotten = copy(whole, "not forgotten");
        assertThatThrownBy(() -> MigrationLedger.open(
                        replay -> new Dying(plain(unforgotten).open(replay), Integer.MAX_VALUE, true),
                        StepListener.NONE,
                        50))
                .isInstanceOf(UncheckedIOException.class);
        requireSame(unforgotten, before);
    }

    private static void requireSame(Path directory, View before) throws Exception {
        try (MigrationLedger ledger = open(directory, NEVER)) {
            assertThat(View.of(ledger)).as("%s", directory).isEqualTo(before);
        }
        try (MigrationLedger ledger = open(directory, 50)) {
            assertThat(View.of(ledger)).as("%s, again", directory).isEqualTo(before);
        }
        try (MigrationLedger ledger = open(directory, NEVER)) {
            assertThat(View.of(ledger)).as("%s, at last", directory).isEqualTo(before);
            assertThat(ledger.history(migration(0))).isEmpty();
            ledger.append(MigrationRecord.first(SourceState.OFFERED, "f".repeat(32), "c1", "n", "p", 1000, ""));
        }
    }

    @Test
    void whatIsOverTakesNoRoom() throws Exception {
        Path directory = written();
        long before = size(directory);
        open(directory, 50).close();
        assertThat(size(directory)).isLessThan(before);
        long after = size(directory);
        // what is there now is no history: nothing to do
        open(directory, 50).close();
        assertThat(size(directory)).isEqualTo(after);
    }

    @Test
    void forgottenMigrationKeepsItsEpoch() throws Exception {
        Path directory = written();
        open(directory, 50).close();
        try (MigrationLedger ledger = open(directory, NEVER)) {
            assertThat(ledger.history(migration(5))).isEmpty();
            assertThatThrownBy(() -> ledger.append(
                            MigrationRecord.first(TargetState.RESERVED, "e".repeat(32), "c5", "n", "p", 6, "")))
                    .isInstanceOf(EpochTaken.class)
                    .hasMessageContaining(migration(5));
        }
    }

    private static long size(Path directory) throws IOException {
        long size = 0;
        for (Path file : segments(directory)) {
            size += Files.size(file);
        }
        return size;
    }

    /** Ends after some entries, or before it forgets. */
    private static final class Dying implements MigrationJournal {
        private final MigrationJournal journal;
        private final boolean atForgetting;
        private int left;

        Dying(MigrationJournal journal, int left, boolean atForgetting) {
            this.journal = journal;
            this.left = left;
            this.atForgetting = atForgetting;
        }

        @Override
        public long append(int type, long epoch, String payload) throws JournalException {
            die(left-- <= 0);
            return journal.append(type, epoch, payload);
        }

        @Override
        public void forgetBefore(long sequence) throws JournalException {
            die(atForgetting);
            journal.forgetBefore(sequence);
        }

        private static void die(boolean now) {
            if (now) {
                throw new UncheckedIOException(new IOException("died"));
            }
        }

        @Override
        public void close() throws JournalException {
            journal.close();
        }
    }
}
