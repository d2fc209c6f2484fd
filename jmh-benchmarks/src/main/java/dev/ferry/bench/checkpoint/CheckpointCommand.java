package dev.ferry.bench.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.bench.command.Options;
import dev.ferry.bench.report.Distributions;
import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.Samples;
import dev.ferry.bench.report.TextTable;
import dev.ferry.bench.start.BenchPlace;
import dev.ferry.criu.checkpoint.CheckpointOptions;
import dev.ferry.criu.checkpoint.CheckpointReport;
import dev.ferry.criu.checkpoint.Checkpointer;
import dev.ferry.criu.checkpoint.RestoreReport;
import dev.ferry.criu.rpc.CriuInstallation;
import dev.ferry.runtime.container.ContainerLauncher;
import dev.ferry.runtime.linux.OpenFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * {@code ferry bench checkpoint}: a container that holds memory is dumped by turns by Ferry and by {@code criu dump} on the command
 * line, both leaving it running; then it is checkpointed and restored by Ferry.
 *
 * <p>Ferry's figure is from the call until the checkpoint is durable and verified by digests. A bare CRIU leaves its files in the page
 * cache, so it is measured twice: until it ends, and until its files are on the disk too.
 */
public final class CheckpointCommand {
    private static final Set<String> OPTIONS = Set.of("mib", "runs", "out", "work");
    private static final String FERRY = "ferry checkpoint, durable";
    private static final String CRIU = "criu dump";
    private static final String CRIU_SYNCED = "criu dump, then sync";
    private static final String FROZEN = "frozen time within ferry checkpoint";
    private static final String CRIU_FROZEN = "frozen time within criu dump";
    private static final String RESTORE = "ferry restore";
    private static final String RESTORE_CRIU = "CRIU's own part of ferry restore";

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
        for (String name : List.of(FERRY, CRIU, CRIU_SYNCED, FROZEN, CRIU_FROZEN, RESTORE, RESTORE_CRIU)) {
            series.put(name, new Samples());
        }
        CriuInstallation criu = CriuInstallation.locate(System.getenv());
        try (BenchPlace place = BenchPlace.make(options.value("work").map(Path::of));
                ContainerLauncher launcher = new ContainerLauncher(place.path());
                MemoryHolder holder = new MemoryHolder(place, launcher, bytes)) {
            Checkpointer checkpointer =
                    new Checkpointer(criu, launcher, place.path().resolve("criu-work"));
            for (int round = -1; round < runs; round++) {
                dumps(place, holder, checkpointer, criu, round);
            }
            for (int round = -1; round < runs; round++) {
                cycle(place, holder, checkpointer, round);
            }
        }
        report(machine, bytes, runs, target);
    }

    /** The first round warms up; who goes first alternates. */
    private void dumps(
            BenchPlace place, MemoryHolder holder, Checkpointer checkpointer, CriuInstallation criu, int round)
            throws Exception {
        if (round % 2 == 0) {
            ferryDump(place, holder, checkpointer, round);
            bareDump(place, holder, criu, round);
        } else {
            bareDump(place, holder, criu, round);
            ferryDump(place, holder, checkpointer, round);
        }
    }

    private void ferryDump(BenchPlace place, MemoryHolder holder, Checkpointer checkpointer, int round)
            throws Exception {
        Path directory = place.path().resolve("ferry-dump");
        long begun = System.nanoTime();
        CheckpointReport report = holder.checkpoint(checkpointer, directory, true);
        note(round, FERRY, Duration.ofNanos(System.nanoTime() - begun));
        note(round, FROZEN, report.statistics().frozen());
        delete(directory);
    }

    private void bareDump(BenchPlace place, MemoryHolder holder, CriuInstallation criu, int round) throws Exception {
        Path directory = Files.createDirectory(place.path().resolve("bare-dump"));
        List<String> command = new ArrayList<>(criu.command());
        command.addAll(List.of(
                "dump",
                "--tree",
                Integer.toString(holder.pid()),
                "--images-dir",
                directory.toString(),
                "--log-file",
                "dump.log",
                "--leave-running",
                "--manage-cgroups",
                "--file-locks",
                "--link-remap",
                "--ghost-limit",
                Long.toString(CheckpointOptions.DEFAULT_GHOST_LIMIT),
                "--network-lock",
                "skip",
                "--external",
                holder.networkKey() + ":extRootNetNS"));
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(
                    "\"" + String.join(" ", command) + "\" failed: " + text + lastLines(directory.resolve("dump.log")));
        }
        note(round, CRIU, Duration.ofNanos(System.nanoTime() - begun));
        sync(directory);
        note(round, CRIU_SYNCED, Duration.ofNanos(System.nanoTime() - begun));
        note(
                round,
                CRIU_FROZEN,
                dev.ferry.criu.rpc.DumpStatistics.read(directory.resolve("stats-dump"))
                        .frozen());
        delete(directory);
    }

    private void cycle(BenchPlace place, MemoryHolder holder, Checkpointer checkpointer, int round) throws Exception {
        Path directory = place.path().resolve("cycle");
        CheckpointReport report = holder.checkpoint(checkpointer, directory, false);
        long begun = System.nanoTime();
        RestoreReport restored = holder.restore(checkpointer, report.directory());
        note(round, RESTORE, Duration.ofNanos(System.nanoTime() - begun));
        note(round, RESTORE_CRIU, restored.criu());
        delete(directory);
    }

    private void note(int round, String name, Duration duration) {
        if (round >= 0) {
            series.getOrDefault(name, new Samples()).add(duration);
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
        ratios.put(FERRY + " / " + CRIU, ratio(FERRY, CRIU));
        ratios.put(FERRY + " / " + CRIU_SYNCED, ratio(FERRY, CRIU_SYNCED));
        ratios.put(FROZEN + " / " + CRIU_FROZEN, ratio(FROZEN, CRIU_FROZEN));
        ratios.put(RESTORE + " / " + RESTORE_CRIU, ratio(RESTORE, RESTORE_CRIU));
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

    private double ratio(String one, String other) {
        double over = series.getOrDefault(one, new Samples()).median().toNanos();
        double under = series.getOrDefault(other, new Samples()).median().toNanos();
        return Math.round(1000 * over / under) / 1000.0;
    }

    private static void sync(Path directory) throws IOException {
        for (Path file : files(directory)) {
            try (var fd = OpenFiles.open(file, 0)) {
                OpenFiles.fsync(fd);
            }
        }
    }

    private static String lastLines(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size()));
    }

    private static void delete(Path directory) throws IOException {
        for (Path file : files(directory).reversed()) {
            Files.delete(file);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList();
        }
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, "%.1f", milliseconds);
    }
}
