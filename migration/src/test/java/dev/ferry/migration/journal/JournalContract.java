package dev.ferry.migration.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ferry.testing.JvmFlags;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every kind of journal promises. */
public abstract class JournalContract {
    @TempDir
    Path directory;

    /** What its segments are. */
    protected abstract SegmentFormat format();

    MigrationJournal open(Replay replay, long reserve) throws IOException {
        return SegmentedJournal.open(format(), directory, replay, reserve);
    }

    private MigrationJournal open(Replay replay) throws IOException {
        return open(replay, 0);
    }

    List<JournalEntry> replayed() throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        open(entries::add).close();
        return entries;
    }

    List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(format().suffix()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void newJournalIsEmptyAndBeginsWithOne() throws Exception {
        assertThat(replayed()).isEmpty();
        try (MigrationJournal journal = open(entry -> {})) {
            assertThat(journal.append(7, 3, "first")).isEqualTo(1);
        }
    }

    @Test
    void entriesComeBackAsTheyWere() throws Exception {
        try (MigrationJournal journal = open(entry -> {})) {
            journal.append(1, 0, "");
            journal.append(0xffff, Long.MAX_VALUE, "x".repeat(JournalEntry.MAXIMUM_PAYLOAD));
        }
        try (MigrationJournal journal = open(entry -> {})) {
            assertThat(journal.append(2, 1, "third")).isEqualTo(3);
        }
        List<JournalEntry> entries = replayed();
        assertThat(entries).extracting(JournalEntry::sequence).containsExactly(1L, 2L, 3L);
        assertThat(entries).extracting(JournalEntry::type).containsExactly(1, 0xffff, 2);
        assertThat(entries).extracting(JournalEntry::epoch).containsExactly(0L, Long.MAX_VALUE, 1L);
        assertThat(entries.get(1).payload()).hasSize(JournalEntry.MAXIMUM_PAYLOAD);
        assertThat(entries.get(2).payload()).isEqualTo("third");
    }

    @Test
    void entriesOfManyThreadsAreAllThereOnce() throws Exception {
        long threads = 8;
        int each = 50;
        Set<Long> sequences = ConcurrentHashMap.newKeySet();
        try (MigrationJournal journal = open(entry -> {})) {
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                String name = "writer " + t + " ";
                Thread.Builder kind = t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
                writers.add(kind.start(() -> {
                    for (int i = 0; i < each; i++) {
                        try {
                            sequences.add(journal.append(1, 0, name + i));
                        } catch (JournalException e) {
                            throw new AssertionError(e);
                        }
                    }
                }));
            }
            for (Thread writer : writers) {
                writer.join();
            }
        }
        assertThat(sequences)
                .containsAll(LongStream.rangeClosed(1, threads * each).boxed().toList());
        assertThat(replayed())
                .hasSize(Math.toIntExact(threads * each))
                .extracting(JournalEntry::payload)
                .doesNotHaveDuplicates();
    }

    @Test
    void journalIsOpenOnce() throws Exception {
        try (MigrationJournal journal = open(entry -> {})) {
            journal.append(1, 0, "mine");
            assertThatThrownBy(() -> open(entry -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("stop that one");
            journal.append(1, 0, "still mine");
        }
        assertThat(replayed()).hasSize(2);
    }

    @Test
    void whatNobodyNeedsIsForgottenBySegments() throws Exception {
        for (int opening = 0; opening < 3; opening++) {
            try (MigrationJournal journal = open(entry -> {})) {
                journal.append(1, 0, "one");
                journal.append(1, 0, "two");
            }
        }
        try (MigrationJournal journal = open(entry -> {})) {
            journal.forgetBefore(4);
        }
        assertThat(replayed()).extracting(JournalEntry::sequence).containsExactly(3L, 4L, 5L, 6L);
        // as if it had died while it deleted
        Path first = segments().getFirst();
        Files.move(first, first.resolveSibling(first.getFileName() + ".forgotten"));
        assertThat(replayed()).extracting(JournalEntry::sequence).containsExactly(5L, 6L);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> file.toString().endsWith(".forgotten")))
                    .isEmpty();
        }
    }

    @Test
    void closedJournalTakesNothing() throws Exception {
        MigrationJournal journal = open(entry -> {});
        journal.close();
        journal.close();
        assertThatThrownBy(() -> journal.append(1, 0, "late")).isInstanceOf(JournalFailed.class);
        assertThat(replayed()).isEmpty();
    }

    @Test
    void diskWithoutRoomIsNamedAndNothingIsWritten() throws Exception {
        try (MigrationJournal journal = open(entry -> {}, Long.MAX_VALUE)) {
            assertThatThrownBy(() -> journal.append(1, 0, "too much"))
                    .isInstanceOf(JournalFull.class)
                    .hasMessageContaining("make room");
        }
        assertThat(replayed()).isEmpty();
    }

    @Test
    void tooLargePayloadIsRefused() throws Exception {
        try (MigrationJournal journal = open(entry -> {})) {
            assertThatThrownBy(() -> journal.append(1, 0, "x".repeat(JournalEntry.MAXIMUM_PAYLOAD + 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(journal.append(1, 0, "next")).isEqualTo(1);
        }
    }

    /** Killed while it writes, again and again: what was acknowledged comes back, in order and without a gap. */
    @Test
    void acknowledgedEntriesOutliveAKill() throws Exception {
        long acknowledged = 0;
        for (int kill = 0; kill < 4; kill++) {
            Process program = new ProcessBuilder(JvmFlags.command(
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AppendingProgram.class.getName(),
                            format().suffix(),
                            directory.toString()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            long enough = acknowledged + 20 + 37L * kill;
            try (BufferedReader lines = program.inputReader()) {
                String line = lines.readLine();
                while (line != null) {
                    acknowledged = Math.max(acknowledged, Long.parseLong(line));
                    if (acknowledged > enough && program.isAlive()) {
                        // what it acknowledges until it is dead counts as well
                        program.toHandle().destroyForcibly();
                    }
                    line = lines.readLine();
                }
            } catch (NumberFormatException e) {
                // the last half line
            }
            program.waitFor();
            assertThat(acknowledged).as("kill %d", kill).isGreaterThan(enough);
            List<JournalEntry> entries = replayed();
            assertThat(entries)
                    .extracting(JournalEntry::sequence)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, entries.size()).boxed().toList());
            assertThat((long) entries.size()).isGreaterThanOrEqualTo(acknowledged);
            assertThat(entries).allMatch(entry -> entry.payload().length() == 200 && entry.type() == 7);
            try (MigrationJournal journal = open(entry -> {})) {
                assertThat(journal.append(7, 1, "some text ".repeat(20))).isEqualTo(entries.size() + 1L);
            }
            acknowledged = entries.size() + 1L;
        }
    }
}
