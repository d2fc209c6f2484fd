package dev.ferry.bench.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.bench.command.Options;
import dev.ferry.bench.report.Distributions;
import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.Samples;
import dev.ferry.bench.report.TextTable;
import dev.ferry.migration.journal.PlainFiles;
import dev.ferry.migration.journal.SegmentFormat;
import dev.ferry.migration.journal.SegmentedJournal;
import dev.ferry.migration.journal.chronicle.ChronicleQueues;
import dev.ferry.migration.record.MigrationLedger;
import dev.ferry.migration.record.MigrationRecord;
import dev.ferry.migration.record.RecordRefused;
import dev.ferry.migration.recovery.SourceState;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * {@code ferry bench journal}: durable appends to both kinds of journal and a bare write with fdatasync, by turns on the same disk; then how
 * long both kinds take to be read again.
 *
 * <p>The bare write appends as many bytes to a file of its own. Replays find the files in the page cache, where they have just been written.
 */
public final class JournalCommand {
    private static final Set<String> OPTIONS = Set.of("runs", "entries", "replays", "out");
    private static final int WARM_UP = 50;
    private static final int WRITERS = 500;
    private static final int TYPE = 1;
    private static final String NAME = "quizzical_hopper";
    private static final String PEER = "other-host";
    /** Those of a migration that succeeds. */
    private static final List<SourceState> STATES =
            List.of(SourceState.OFFERED, SourceState.FROZEN, SourceState.HANDED_OVER, SourceState.RETIRED);
    /** As long as a record of a migration; the journal's own header comes on top. */
    private static final String PAYLOAD =
            ("{\"migration\":\"%032x\",\"container\":\"%064x\",\"name\":\"%s\",\"peer\":\"%s\","
                            + "\"at\":1790000000000000}\n{}")
                    .formatted(1, 1, NAME, PEER);

    private static final int HEADER = 48;
    private static final String BARE = "write and fdatasync";
    private static final String APPEND = ", append";
    private static final String REPLAY = ", replay";
    private static final String LEDGER = ", replay with its records read, and a snapshot";

    private final PrintStream out;
    private final Map<String, SegmentFormat> formats =
            new TreeMap<>(Map.of("chronicle", new ChronicleQueues(), "plain", new PlainFiles()));
    private final Map<String, Samples> series = new LinkedHashMap<>();

    public JournalCommand(PrintStream out) {
        this.out = out;
    }

    public void run(List<String> words) throws Exception {
        Options options = Options.parse(words, OPTIONS);
        if (!options.rest().isEmpty()) {
            throw new IllegalArgumentException(
                    "unexpected word \"" + options.rest().getFirst() + "\"");
        }
        int runs = options.number("runs", 1000, 1);
        int entries = options.number("entries", 1_000_000, 1);
        int replays = options.number("replays", 5, 1);
        Path target = Files.createDirectories(Path.of(options.value("out").orElse("bench-out")));
        Machine machine = Machine.here();
        Path work = Files.createTempDirectory(target, "journal-");
        try {
            appends(work, runs);
            for (Map.Entry<String, SegmentFormat> format : formats.entrySet()) {
                replays(work.resolve(format.getKey() + "-full"), format.getKey(), format.getValue(), entries, replays);
            }
        } finally {
            delete(work);
        }
        report(machine, runs, entries, target);
    }

    private SegmentedJournal open(Path directory, SegmentFormat format) throws IOException {
        return SegmentedJournal.open(format, directory, entry -> {}, 0);
    }

    /** Each in its turn; who goes first rotates. */
    private void appends(Path work, int runs) throws IOException {
        byte[] same = new byte[HEADER + PAYLOAD.getBytes(StandardCharsets.UTF_8).length];
        try (SegmentedJournal chronicle = open(work.resolve("chronicle"), new ChronicleQueues());
                SegmentedJournal plain = open(work.resolve("plain"), new PlainFiles());
                FileChannel bare = FileChannel.open(
                        work.resolve("bare"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int round = -WARM_UP; round < runs; round++) {
                for (int turn = 0; turn < 3; turn++) {
                    int who = Math.floorMod(round % 2 == 0 ? round + turn : round - turn, 3);
                    long begun = System.nanoTime();
                    switch (who) {
                        case 0 -> chronicle.append(TYPE, 1, PAYLOAD);
                        case 1 -> plain.append(TYPE, 1, PAYLOAD);
                        default -> {
                            bare.write(ByteBuffer.wrap(same));
                            bare.force(false);
                        }
                    }
                    long took = System.nanoTime() - begun;
                    if (round >= 0) {
                        String name = who == 0 ? "chronicle" + APPEND : who == 1 ? "plain" + APPEND : BARE;
                        note(name, took);
                    }
                }
            }
        }
    }

    private void replays(Path directory, String name, SegmentFormat format, int entries, int replays)
            throws IOException, InterruptedException {
        try (MigrationLedger ledger = MigrationLedger.open(
                replay -> SegmentedJournal.open(format, directory, replay, 0), StepListener.NONE)) {
            fill(ledger, entries);
        }
        // the first one warms up
        for (int round = -1; round < replays; round++) {
            AtomicInteger seen = new AtomicInteger();
            long begun = System.nanoTime();
            SegmentedJournal journal = SegmentedJournal.open(format, directory, entry -> seen.incrementAndGet(), 0);
            note(round < 0 ? name + REPLAY + ", first" : name + REPLAY, System.nanoTime() - begun);
            journal.close();
            if (seen.get() != entries) {
                throw new IOException(seen + " of " + entries + " entries came back from the " + name + " journal");
            }
        }
        // once: it leaves a snapshot in place of the history
        long begun = System.nanoTime();
        try (MigrationLedger ledger = MigrationLedger.open(
                replay -> SegmentedJournal.open(format, directory, replay, 0), StepListener.NONE)) {
            note(name + LEDGER, System.nanoTime() - begun);
            if (ledger.epoch(container(0)) != 1) {
                throw new IOException("the ledger of the " + name + " journal has lost a migration");
            }
        }
    }

    /** Whole migrations, by many writers at a time, who share the disk's syncs. */
    private static void fill(MigrationLedger ledger, int entries) throws IOException, InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> writers = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            for (int i = 0; i < WRITERS; i++) {
                writers.add(pool.submit(() -> {
                    for (int n = next.getAndIncrement(); n * STATES.size() < entries; n = next.getAndIncrement()) {
                        migrate(ledger, n, Math.min(STATES.size(), entries - n * STATES.size()));
                    }
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the journal could not be filled: " + e.getCause(), e);
        }
    }

    private static void migrate(MigrationLedger ledger, int number, int records) throws IOException, RecordRefused {
        MigrationRecord last = ledger.append(MigrationRecord.first(
                STATES.getFirst(), "%032x".formatted(number), container(number), NAME, PEER, 1, "{}"));
        for (SourceState state : STATES.subList(1, records)) {
            last = ledger.append(last.then(state, ""));
        }
    }

    private static String container(int number) {
        return "%064x".formatted(number);
    }

    private void note(String name, long nanos) {
        series.computeIfAbsent(name, first -> new Samples()).add(Duration.ofNanos(nanos));
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void report(Machine machine, int runs, int entries, Path target) throws IOException {
        TextTable table = new TextTable("milliseconds", "n", "min", "p50", "p90", "max");
        Distributions picture = new Distributions("Durable append to the journal of migrations");
        Map<String, Object> measures = new LinkedHashMap<>();
        series.forEach((name, samples) -> {
            Samples.Summary s = samples.summary();
            table.row(List.of(
                    name,
                    Integer.toString(s.count()),
                    number(s.minimum()),
                    number(s.median()),
                    number(s.p90()),
                    number(s.maximum())));
            if (name.endsWith(APPEND) || name.equals(BARE)) {
                picture.add(name, samples);
            }
            measures.put(name, s);
        });
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (String format : formats.keySet()) {
            ratio(ratios, format + APPEND, BARE);
        }
        out.print(table.text());
        ratios.forEach((name, ratio) -> out.println(name + " = " + ratio));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("runs", runs);
        document.put("entries", entries);
        document.put("measures_ms", measures);
        document.put("ratios", ratios);
        Files.write(
                target.resolve("journal.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
        Files.writeString(target.resolve("journal.svg"), picture.svg());
        out.println("\nwritten: " + target.resolve("journal.json") + ", " + target.resolve("journal.svg"));
    }

    private void ratio(Map<String, Double> ratios, String one, String other) {
        double over = series.getOrDefault(one, new Samples()).median().toNanos();
        double under = series.getOrDefault(other, new Samples()).median().toNanos();
        ratios.put(one + " / " + other, Math.round(1000 * over / under) / 1000.0);
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, "%.2f", milliseconds);
    }
}
