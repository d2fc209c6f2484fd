package dev.ferry.bench.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.api.model.ferry.CheckpointDetail;
import dev.ferry.api.model.ferry.RestoreDetail;
import dev.ferry.bench.command.Options;
import dev.ferry.bench.report.Distributions;
import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.Samples;
import dev.ferry.bench.report.TextTable;
import dev.ferry.bench.start.BenchEngine;
import dev.ferry.bench.start.BenchPlace;
import dev.ferry.criu.rpc.CriuInstallation;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code ferry bench checkpoint}: a container of an engine that holds memory is dumped and restored by turns through the engine's socket
 * and by {@code criu} on the command line, with the same options.
 *
 * <p>Ferry's figure of a checkpoint is from the request until the answer, when everything is summed up and on the disk. A bare CRIU leaves
 * its files in the page cache, so it is measured twice: until it ends, and until its files are on the disk too.
 *
 * <p>Each takes the place of its own last one, deleted just before: in a virtual machine memory that was in use a moment ago is several times as
 * fast to fill as memory that the host has to find first.
 */
public final class CheckpointCommand {
    private static final Set<String> OPTIONS = Set.of("mib", "runs", "out", "work");
    private static final String RUNNING = ", leave running";
    private static final String FERRY = "ferry checkpoint";
    private static final String CRIU = "criu dump";
    private static final String CRIU_SYNCED = "criu dump and fsync";
    private static final String FROZEN = "frozen by ferry";
    private static final String CRIU_FROZEN = "frozen by criu";
    private static final String RESTORE = "ferry restore";
    private static final String RESTORE_PART = "criu within ferry restore";
    private static final String CRIU_RESTORE = "criu restore";
    private static final String CHECKPOINT = "ends";
    private static final String CHECKPOINT_RUNNING = "runs-on";

    private final PrintStream out;
    private final Map<String, Samples> series = new LinkedHashMap<>();

    public CheckpointCommand(PrintStream out) {
        this.out = out;
    }

    public void run(List<String> words) throws Exception {
        Options options = Options.parse(words, OPTIONS);
        if (!options.rest().isEmpty()) {
            throw new IllegalArgumentException(
                    "unexpected word \"" + options.rest().getFirst() + "\"");
        }
        long bytes = (long) options.number("mib", 256, 1) << 20;
        int runs = options.number("runs", 10, 1);
        Path target = Files.createDirectories(Path.of(options.value("out").orElse("bench-out")));
        Machine machine = Machine.here();
        CriuInstallation criu = CriuInstallation.locate(System.getenv());
        try (BenchPlace place = BenchPlace.make(options.value("work").map(Path::of));
                BenchEngine engine = BenchEngine.ofBusybox(place);
                MemoryContainer container = new MemoryContainer(engine, bytes)) {
            CheckpointDetail example = container.checkpoint("example", true);
            BareCriu bare = new BareCriu(criu, place.path().resolve("bare"), Path.of(example.directory()));
            // the first two rounds warm up
            for (int round = -2; round < runs; round++) {
                ending(container, bare, round);
                running(container, bare, round);
                restores(container, bare, bytes, round);
            }
        }
        report(machine, bytes, runs, target);
    }

    /** Checkpoints after which the container has ended; it is brought back after each. Who goes first alternates. */
    private void ending(MemoryContainer container, BareCriu bare, int round) throws Exception {
        for (int turn = 0; turn < 2; turn++) {
            if ((round + turn) % 2 == 0) {
                if (round > -2) {
                    container.remove(CHECKPOINT);
                }
                long begun = System.nanoTime();
                CheckpointDetail detail = container.checkpoint(CHECKPOINT, false);
                note(round, FERRY, since(begun));
                note(round, FROZEN, micros(detail.timings().frozen()));
                container.restore(CHECKPOINT);
            } else {
                BareCriu.Dumped dumped = bare.dump(container.pid(), false);
                note(round, CRIU, dumped.ended());
                note(round, CRIU_SYNCED, dumped.durable());
                note(round, CRIU_FROZEN, dumped.frozen());
                container.awaitEnd();
                container.restore(round > -2 || turn > 0 ? CHECKPOINT : "example");
            }
        }
    }

    private void running(MemoryContainer container, BareCriu bare, int round) throws Exception {
        for (int turn = 0; turn < 2; turn++) {
            if ((round + turn) % 2 == 0) {
                if (round > -2) {
                    container.remove(CHECKPOINT_RUNNING);
                }
                long begun = System.nanoTime();
                CheckpointDetail detail = container.checkpoint(CHECKPOINT_RUNNING, true);
                note(round, FERRY + RUNNING, since(begun));
                note(round, FROZEN + RUNNING, micros(detail.timings().frozen()));
            } else {
                BareCriu.Dumped dumped = bare.dump(container.pid(), true);
                note(round, CRIU + RUNNING, dumped.ended());
                note(round, CRIU_SYNCED + RUNNING, dumped.durable());
                note(round, CRIU_FROZEN + RUNNING, dumped.frozen());
            }
        }
    }

    /**
     * CRIU restores its dump beside the running container and Ferry the container itself, so CRIU's has to come while it runs. Ferry's gets
     * the memory that the container has just left; as much is used and left for CRIU's.
     */
    private void restores(MemoryContainer container, BareCriu bare, long bytes, int round) throws Exception {
        BareCriu.useMemory(2 * bytes);
        note(round, CRIU_RESTORE, bare.restore(container.pid()));
        bare.dump(container.pid(), false);
        container.awaitEnd();
        long begun = System.nanoTime();
        RestoreDetail restored = container.restore(CHECKPOINT);
        note(round, RESTORE, since(begun));
        note(round, RESTORE_PART, micros(restored.restore()));
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static Duration micros(long count) {
        return Duration.ofNanos(count * 1000);
    }

    private void note(int round, String name, Duration duration) {
        Samples samples = series.computeIfAbsent(name, first -> new Samples());
        if (round >= 0) {
            samples.add(duration);
        }
    }

    private void report(Machine machine, long bytes, int runs, Path target) throws IOException {
        TextTable table = new TextTable("milliseconds", "n", "min", "p50", "p90", "max");
        Distributions picture = new Distributions("Checkpoint and restore of " + (bytes >> 20) + " MiB");
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
            picture.add(name, samples);
            measures.put(
                    name,
                    Map.of(
                            "summary_ms",
                            s,
                            "samples_ms",
                            samples.values().stream().map(Samples::milliseconds).toList()));
        });
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (String kind : List.of("", RUNNING)) {
            ratio(ratios, FERRY + kind, CRIU + kind);
            ratio(ratios, FERRY + kind, CRIU_SYNCED + kind);
            ratio(ratios, FROZEN + kind, CRIU_FROZEN + kind);
        }
        ratio(ratios, RESTORE, CRIU_RESTORE);
        out.print(table.text());
        ratios.forEach((name, ratio) -> out.println(name + " = " + ratio));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("bytes", bytes);
        document.put("runs", runs);
        document.put("measures", measures);
        document.put("ratios", ratios);
        Files.write(
                target.resolve("checkpoint.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
        Files.writeString(target.resolve("checkpoint.svg"), picture.svg());
        out.println("\nwritten: " + target.resolve("checkpoint.json") + ", " + target.resolve("checkpoint.svg"));
    }

    private void ratio(Map<String, Double> ratios, String one, String other) {
        double over = series.getOrDefault(one, new Samples()).median().toNanos();
        double under = series.getOrDefault(other, new Samples()).median().toNanos();
        ratios.put(one + " / " + other, Math.round(1000 * over / under) / 1000.0);
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, "%.1f", milliseconds);
    }
}
