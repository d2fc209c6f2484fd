package dev.ferry.migration.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentedJournal;
import dev.ferry.migration.recovery.MigrationState;
import dev.ferry.migration.recovery.Recovery;
import dev.ferry.migration.recovery.Side;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.migration.recovery.SourceStep;
import dev.ferry.migration.recovery.TargetState;
import dev.ferry.migration.recovery.TargetStep;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of docs/adr/0016, from a journal that ends anywhere: after each record, around that, and in the midst of it. */
final class CutJournalTest {
    private static final String MIGRATION = "0123456789abcdef".repeat(2);

    private static final Map<MigrationState, Enum<?>> TABLE = Map.ofEntries(
            Map.entry(SourceState.NONE, SourceStep.NOTHING),
            Map.entry(SourceState.OFFERED, SourceStep.ABANDON),
            Map.entry(SourceState.FROZEN, SourceStep.ABANDON),
            Map.entry(SourceState.HANDED_OVER, SourceStep.END_AND_ASK),
            Map.entry(SourceState.RETIRED, SourceStep.NOTHING),
            Map.entry(SourceState.ABANDONED, SourceStep.NOTHING),
            Map.entry(SourceState.RECLAIMED, SourceStep.RUN),
            Map.entry(TargetState.NONE, TargetStep.NOTHING),
            Map.entry(TargetState.RESERVED, TargetStep.DISCARD),
            Map.entry(TargetState.VERIFIED, TargetStep.ASK),
            Map.entry(TargetState.READY, TargetStep.ASK),
            Map.entry(TargetState.OWNED, TargetStep.RUN),
            Map.entry(TargetState.RUNNING, TargetStep.NOTHING),
            Map.entry(TargetState.DISCARDED, TargetStep.NOTHING));

    private static final List<List<MigrationState>> WAYS = List.of(
            List.of(SourceState.OFFERED, SourceState.FROZEN, SourceState.HANDED_OVER, SourceState.RETIRED),
            List.of(
                    SourceState.OFFERED,
                    SourceState.FROZEN,
                    SourceState.HANDED_OVER,
                    SourceState.RECLAIMED,
                    SourceState.ABANDONED),
            List.of(
                    TargetState.RESERVED,
                    TargetState.VERIFIED,
                    TargetState.READY,
                    TargetState.OWNED,
                    TargetState.RUNNING),
            List.of(TargetState.RESERVED, TargetState.VERIFIED, TargetState.DISCARDED));

    @TempDir
    Path root;

    @Test
    void recoveryGoesByTheLastWholeRecord() throws Exception {
        for (List<MigrationState> way : WAYS) {
            List<Integer> ends = new ArrayList<>(List.of(0));
            Path directory = root.resolve("way " + WAYS.indexOf(way));
            try (MigrationLedger ledger = open(directory)) {
                MigrationRecord last = null;
                for (MigrationState state : way) {
                    last = ledger.append(
                            last == null
                                    ? MigrationRecord.first(state, MIGRATION, "c", "web", "south", 2, "{}")
                                    : last.then(state, "{}"));
                    ends.add((int) Files.size(segment(directory)));
                }
            }
            byte[] whole = Files.readAllBytes(segment(directory));
            for (int length = 0; length <= whole.length; length++) {
                int near = length;
                if (length % 7 != 0 && ends.stream().noneMatch(end -> Math.abs(end - near) <= 1)) {
                    continue;
                }
                Path cut = Files.createDirectory(root.resolve("%d of way %d".formatted(length, WAYS.indexOf(way))));
                byte[] left = new byte[length];
                System.arraycopy(whole, 0, left, 0, length);
                Files.write(cut.resolve(segment(directory).getFileName()), left);
                int at = length;
                int records = Math.toIntExact(
                        ends.stream().filter(end -> end > 0 && end <= at).count());
                requireStep(cut, way, records);
            }
        }
    }

    private static void requireStep(Path cut, List<MigrationState> way, int records) throws IOException {
        Side side = way.getFirst().side();
        try (MigrationLedger ledger = open(cut)) {
            MigrationState state = side == Side.SOURCE ? ledger.source(MIGRATION) : ledger.target(MIGRATION);
            MigrationState expected =
                    records > 0 ? way.get(records - 1) : side == Side.SOURCE ? SourceState.NONE : TargetState.NONE;
            assertThat(state).as("%s", cut).isEqualTo(expected);
            Enum<?> step = switch (state) {
                case SourceState source -> Recovery.source(source);
                case TargetState target -> Recovery.target(target);
            };
            assertThat(step).as("%s", cut).isEqualTo(TABLE.get(expected));
            boolean nothing = step.name().equals("NOTHING");
            assertThat(ledger.unfinished(side)).as("%s", cut).hasSize(nothing ? 0 : 1);
            assertThat(ledger.epoch("c")).as("%s", cut).isEqualTo(records > 0 ? 2 : 0);
        }
    }

    private static MigrationLedger open(Path directory) throws IOException {
        return MigrationLedger.open(
                replay -> SegmentedJournal.open(new PlainFiles(), directory, replay, 0), StepListener.NONE);
    }

    private static Path segment(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".journal"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
