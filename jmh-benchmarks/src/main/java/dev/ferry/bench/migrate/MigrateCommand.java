package dev.ferry.bench.migrate;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.bench.command.Options;
import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.Samples;
import dev.ferry.bench.report.Stacks;
import dev.ferry.bench.report.TextTable;
import dev.ferry.bench.start.BenchEngine;
import dev.ferry.bench.start.BenchPlace;
import dev.ferry.bench.start.PeerPrograms;
import dev.ferry.testing.TwoHosts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code ferry bench migrate}: a container that holds memory and beats moves between two hosts of namespaces, over a link of a known rate: by Ferry's
 * engines, by engines that send nothing before the dump is complete, and by a script around runc. They take turns; each moves there and back.
 */
public final class MigrateCommand {
    private static final Set<String> OPTIONS = Set.of("runs", "mib", "megabits", "out", "work");
    /** JVMs compile TLS and the dump's shipping in the first of them; even, so that all begin at the same host. */
    private static final int WARM_UP = 4;

    private static final String FERRY = "ferry";
    private static final String AFTER = "ferry, shipping after the dump";
    private static final String SCRIPT = "script around runc";
    /** Of a migrating engine's JVM, for this benchmark only. */
    private static final String SHIP_AFTER_DUMP = "-Ddev.ferry.migration.shipAfterDump=true";

    private final PrintStream out;
    private final PrintStream err;

    public MigrateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** All passages of one mover with one size. */
    private record Series(String mover, int mib, List<Passage> passages) {
        String name() {
            return mover + ", " + mib + " MiB";
        }

        Samples of(java.util.function.Function<Passage, Duration> measure) {
            Samples samples = new Samples();
            passages.forEach(passage -> samples.add(measure.apply(passage)));
            return samples;
        }

        boolean has(Phase phase) {
            return passages.getFirst().phases().containsKey(phase);
        }

        Duration median(Phase phase) {
            return of(passage -> passage.phases().getOrDefault(phase, Duration.ZERO))
                    .median();
        }

        Duration blackout() {
            return of(Passage::blackout).median();
        }
    }

    public void run(List<String> words) throws Exception {
        Options options = Options.parse(words, OPTIONS);
        if (!options.rest().isEmpty()) {
            throw new IllegalArgumentException(
                    "unexpected word \"" + options.rest().getFirst() + "\"");
        }
        int runs = options.number("runs", 30, 1);
        int megabits = options.number("megabits", 1000, 1);
        List<Integer> sizes = options.numbers("mib", List.of(64, 256), 1);
        Path target = Files.createDirectories(Path.of(options.value("out").orElse("bench-out")));
        Machine machine = Machine.here();
        List<Series> all = new ArrayList<>();
        try (BenchPlace place = BenchPlace.make(options.value("work").map(Path::of));
                TwoHosts hosts = TwoHosts.start()) {
            try {
                hosts.limit(megabits);
            } catch (IOException e) {
                err.println("ferry bench: the link is not limited: " + e.getMessage());
            }
            try (Engines usual = Engines.start(hosts, place, FERRY, 0, List.of());
                    Engines after = Engines.start(hosts, place, "after", 1, List.of(SHIP_AFTER_DUMP))) {
                for (int mib : sizes) {
                    all.addAll(measure(place, hosts, usual, after, mib, runs));
                }
            }
        }
        report(machine, all, runs, megabits, target);
    }

    /** Two engines that are peers, with an image at the first. */
    private record Engines(EngineOnHost a, EngineOnHost b, String image, Path tar) implements AutoCloseable {
        static Engines start(TwoHosts hosts, BenchPlace place, String name, int number, List<String> flags)
                throws IOException, InterruptedException {
            Path home = Files.createDirectories(place.path().resolve(name));
            String cgroup = BenchPlace.cgroupName() + "-" + name;
            EngineOnHost a = EngineOnHost.start(
                    hosts.a(), "a", TwoHosts.ADDRESS_A, number, home.resolve("a"), cgroup + "-a", place.tools(), flags);
            boolean ready = false;
            try {
                EngineOnHost b = EngineOnHost.start(
                        hosts.b(),
                        "b",
                        TwoHosts.ADDRESS_B,
                        number,
                        home.resolve("b"),
                        cgroup + "-b",
                        place.tools(),
                        flags);
                try {
                    a.client().peers().join(b.client().peers().invite().token(), "");
                    Path tar = home.resolve("busybox.tar");
                    String image = BenchEngine.importBusybox(a.client(), tar);
                    ready = true;
                    return new Engines(a, b, image, tar);
                } finally {
                    if (!ready) {
                        b.close();
                    }
                }
            } finally {
                if (!ready) {
                    a.close();
                }
            }
        }

        @Override
        public void close() throws IOException {
            try (a) {
                b.close();
            }
        }
    }

    private List<Series> measure(BenchPlace place, TwoHosts hosts, Engines usual, Engines after, int mib, int runs)
            throws Exception {
        long bytes = (long) mib << 20;
        Map<String, Mover> movers = new LinkedHashMap<>();
        Map<String, List<Passage>> passages = new LinkedHashMap<>();
        try {
            movers.put(FERRY, new FerryMover(usual.a(), usual.b(), usual.image(), bytes));
            movers.put(AFTER, new FerryMover(after.a(), after.b(), after.image(), bytes));
            List<String> runc = PeerPrograms.find("runc", place.tools());
            if (runc.isEmpty()) {
                err.println("ferry bench: no comparison: there is no runc (ferry provision --peers)");
            } else {
                Path own = place.path().resolve("script-" + mib);
                String cgroup = BenchPlace.cgroupName() + "-script";
                movers.put(SCRIPT, new RuncScript(hosts, own, runc, place.tools(), usual.tar(), cgroup, bytes));
            }
            List<Map.Entry<String, Mover>> turns = List.copyOf(movers.entrySet());
            for (int round = -Math.min(WARM_UP, 2 * runs); round < runs; round++) {
                for (int turn = 0; turn < turns.size(); turn++) {
                    Map.Entry<String, Mover> next = turns.get(Math.floorMod(round + turn, turns.size()));
                    Passage passage = next.getValue().move();
                    if (round >= 0) {
                        passages.computeIfAbsent(next.getKey(), first -> new ArrayList<>())
                                .add(passage);
                    }
                }
            }
        } finally {
            for (Mover mover : movers.values()) {
                mover.close();
            }
        }
        return movers.keySet().stream()
                .map(name -> new Series(name, mib, passages.getOrDefault(name, List.of())))
                .toList();
    }

    private void report(Machine machine, List<Series> all, int runs, int megabits, Path target) throws IOException {
        Stacks picture = new Stacks(
                "Blackout of a migration over " + megabits + " Mbit/s, and what it is made of (medians)",
                Arrays.stream(Phase.values())
                        .filter(phase -> phase != Phase.FREEZE)
                        .map(Phase::word)
                        .toList());
        out.print(blackouts(all).text());
        out.println();
        out.print(phases(all).text());
        out.println();
        List<Map<String, Object>> series = new ArrayList<>();
        for (Series one : all) {
            Map<String, Duration> parts = new LinkedHashMap<>();
            for (Phase phase : Phase.values()) {
                if (phase != Phase.FREEZE && one.has(phase)) {
                    parts.put(phase.word(), one.median(phase));
                }
            }
            picture.add(one.name(), parts);
            series.add(document(one, megabits));
            say(one, megabits, all);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("runs", runs);
        document.put("megabits", megabits);
        document.put("series", series);
        Files.write(
                target.resolve("migration.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
        Files.writeString(target.resolve("migration.svg"), picture.svg());
        out.println("\nwritten: " + target.resolve("migration.json") + ", " + target.resolve("migration.svg"));
    }

    private static TextTable blackouts(List<Series> all) {
        TextTable table = new TextTable("blackout, milliseconds", "n", "min", "p50", "p90", "max", "total p50");
        for (Series one : all) {
            Samples.Summary s = one.of(Passage::blackout).summary();
            table.row(List.of(
                    one.name(),
                    Integer.toString(s.count()),
                    number(s.minimum()),
                    number(s.median()),
                    number(s.p90()),
                    number(s.maximum()),
                    number(one.of(Passage::total).summary().median())));
        }
        return table;
    }

    private static TextTable phases(List<Series> all) {
        List<String> heading = new ArrayList<>(List.of("medians, milliseconds"));
        for (Phase phase : Phase.values()) {
            heading.add(phase.word());
        }
        TextTable table = new TextTable(heading.toArray(String[]::new));
        for (Series one : all) {
            List<String> row = new ArrayList<>(List.of(one.name()));
            for (Phase phase : Phase.values()) {
                row.add(one.has(phase) ? number(Samples.milliseconds(one.median(phase))) : "");
            }
            table.row(row);
        }
        return table;
    }

    private void say(Series one, int megabits, List<Series> all) {
        for (Series other : all) {
            if (other.mib() == one.mib()
                    && other.mover().equals(SCRIPT)
                    && !other.mover().equals(one.mover())) {
                double ratio =
                        (double) one.blackout().toNanos() / other.blackout().toNanos();
                out.printf(Locale.ROOT, "%s / %s = %.3f%n", one.name(), other.mover(), ratio);
            }
        }
        if (one.passages().getFirst().bytes() > 0) {
            out.printf(
                    Locale.ROOT,
                    "%s: %d bytes sent take %.0f ms on the link, %.0f ms in all; written at the source %.2f and at the target %.2f"
                            + " times the memory%n",
                    one.name(),
                    bytes(one),
                    onTheLink(one, megabits),
                    Samples.milliseconds(one.of(Passage::total).median()),
                    written(one, true),
                    written(one, false));
        }
    }

    private static long bytes(Series one) {
        long[] sorted =
                one.passages().stream().mapToLong(Passage::bytes).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double onTheLink(Series one, int megabits) {
        return bytes(one) * 8 / (megabits * 1000.0);
    }

    /** Median of what a side gave to its disk, in sizes of the memory. */
    private static double written(Series one, boolean source) {
        long[] sorted = one.passages().stream()
                .flatMap(passage -> passage.written().stream())
                .mapToLong(written -> source ? written.source() : written.target())
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / (double) ((long) one.mib() << 20);
    }

    private static Map<String, Object> document(Series one, int megabits) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("mover", one.mover());
        document.put("mib", one.mib());
        document.put("blackout_ms", one.of(Passage::blackout).summary());
        document.put("total_ms", one.of(Passage::total).summary());
        Map<String, Object> phases = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            if (one.has(phase)) {
                phases.put(
                        phase.word(),
                        one.of(passage -> passage.phases().get(phase)).summary());
            }
        }
        document.put("phases_ms", phases);
        document.put("bytes", bytes(one));
        document.put("link_ms", onTheLink(one, megabits));
        document.put("written_source", written(one, true));
        document.put("written_target", written(one, false));
        document.put(
                "blackouts_ms",
                one.passages().stream()
                        .map(passage -> Samples.milliseconds(passage.blackout()))
                        .toList());
        return document;
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, "%.1f", milliseconds);
    }
}
