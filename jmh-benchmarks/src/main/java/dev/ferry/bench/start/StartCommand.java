package dev.ferry.bench.start;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.bench.command.Options;
import dev.ferry.bench.report.Distributions;
import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.Samples;
import dev.ferry.bench.report.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code ferry bench start}. */
public final class StartCommand {
    private static final Set<String> OPTIONS =
            Set.of("image", "name", "runtime", "runs", "warmup", "spacing", "out", "work");
    private static final List<String> BUSYBOX_PROGRAM = List.of("/bin/true");
    private static final int PROFILED_RUNS = 40;

    private final PrintStream out;
    private final PrintStream err;

    public StartCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public void run(List<String> words) throws Exception {
        Options options = Options.parse(words, OPTIONS);
        int runs = options.number("runs", 100, 1);
        int warmUp = options.number("warmup", 10, 0);
        Duration spacing = Duration.ofMillis(options.number("spacing", (int) StartRun.LEAST_SPACING.toMillis(), 0));
        if (spacing.compareTo(StartRun.LEAST_SPACING) < 0) {
            err.println("ferry bench: starts less than 60 ms apart hide what a start after a quiet period costs");
        }
        List<String> names = names(options.value("runtime").orElse("floor,ferry,socket,crun,runc"), options);
        Optional<ImageSource> own = options.value("image").isPresent()
                ? Optional.of(ImageSource.of(Path.of(options.value("image").get())))
                : Optional.empty();
        Path target = Files.createDirectories(Path.of(options.value("out").orElse("bench-out")));
        try (BenchPlace place = BenchPlace.make(options.value("work").map(Path::of))) {
            ImageSource image = own.isPresent()
                    ? own.get()
                    : ImageSource.busybox(place.path().resolve("busybox.tar"));
            List<String> program = own.isEmpty() && options.rest().isEmpty() ? BUSYBOX_PROGRAM : options.rest();
            try (Bundle bundle = Bundle.prepare(place.path(), image, program)) {
                measure(options, names, place, bundle, runs, warmUp, spacing, target);
            }
        }
    }

    /** The runtimes asked for; what is wrong with the list is said before anything is made. */
    private static List<String> names(String list, Options options) {
        List<String> names = List.of(list.split(",", -1));
        Set<String> labels = new HashSet<>();
        for (String name : names) {
            int equals = name.indexOf('=');
            String label = equals < 0 ? name : name.substring(0, equals);
            if (name.isEmpty()) {
                throw new IllegalArgumentException("\"--runtime " + list + "\" has a name that is empty");
            } else if (label.isEmpty()) {
                throw new IllegalArgumentException("\"" + name + "\" has no name: write NAME=PATH");
            } else if (!labels.add(label)) {
                throw new IllegalArgumentException("\"" + label + "\" stands twice in --runtime");
            } else if (BenchPlace.isEngine(name) && options.value("name").isEmpty()) {
                throw new IllegalArgumentException("\"" + label + "\" needs --name: what the image is called there");
            }
        }
        return names;
    }

    private void measure(
            Options options,
            List<String> names,
            BenchPlace place,
            Bundle bundle,
            int runs,
            int warmUp,
            Duration spacing,
            Path target)
            throws Exception {
        List<Subject> subjects = new ArrayList<>();
        try {
            for (String name : names) {
                place.subject(name, bundle, options.value("name"))
                        .ifPresentOrElse(
                                subjects::add,
                                () -> err.println("ferry bench: no \"" + name + "\" on this machine, left out"
                                        + (name.contains("=") ? "" : " (./ferry provision --peers)")));
            }
            if (subjects.isEmpty()) {
                throw new IOException("nothing is left to measure");
            }
            Machine machine = Machine.here();
            List<StartRun.Result> results =
                    new StartRun(subjects, runs, warmUp, spacing).run(round -> progress(round, runs));
            Map<String, Samples> stages = subjects.stream().anyMatch(FerrySubject.class::isInstance)
                    ? profile(place, bundle, spacing, Math.min(runs, PROFILED_RUNS))
                    : Map.of();
            report(machine, bundle, results, stages, spacing, target);
        } finally {
            for (Subject subject : subjects) {
                subject.close();
            }
        }
    }

    /** Apart from the others: taking the time costs time. */
    private static Map<String, Samples> profile(BenchPlace place, Bundle bundle, Duration spacing, int runs)
            throws Exception {
        try (Subject profiled = place.profiled(bundle)) {
            return new StartRun(List.of(profiled), runs, 3, spacing)
                    .run(round -> {})
                    .getFirst()
                    .stages();
        }
    }

    private void progress(int round, int runs) {
        if (round % 10 == 0 || round == runs) {
            err.print("\r" + round + " of " + runs + (round == runs ? "\n" : ""));
            err.flush();
        }
    }

    private void report(
            Machine machine,
            Bundle bundle,
            List<StartRun.Result> results,
            Map<String, Samples> stages,
            Duration spacing,
            Path target)
            throws IOException {
        TextTable table = new TextTable("milliseconds", "", "n", "min", "p50", "p90", "p95", "p99", "max");
        Distributions picture = new Distributions("Start of a container: " + String.join(" ", bundle.arguments()));
        List<Object> subjects = new ArrayList<>();
        for (StartRun.Result result : results) {
            Map<String, Object> measures = new LinkedHashMap<>();
            for (Timing.Measure measure : Timing.Measure.values()) {
                Samples samples = result.measure(measure);
                if (samples.isEmpty()) {
                    continue;
                }
                table.row(cells(result.subject().name(), measure.text(), samples));
                measures.put(measure.name().toLowerCase(Locale.ROOT), series(samples));
                if (measure != Timing.Measure.ENDED) {
                    picture.add(result.subject().name() + ", " + measure.text(), samples);
                }
            }
            subjects.add(Map.of(
                    "name",
                    result.subject().name(),
                    "description",
                    result.subject().description(),
                    "measures",
                    measures));
        }
        out.print(table.text());
        Map<String, Object> ratios = ratios(results);
        ratios.forEach((name, ratio) -> out.println(name + " = " + ratio));
        Map<String, Object> stageSeries = new LinkedHashMap<>();
        if (!stages.isEmpty()) {
            TextTable stageTable =
                    new TextTable("stage (own run, profiled)", "", "n", "min", "p50", "p90", "p95", "p99", "max");
            stages.forEach((stage, samples) -> {
                stageTable.row(cells(stage, "", samples));
                stageSeries.put(stage, series(samples));
            });
            out.println();
            out.print(stageTable.text());
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("program", bundle.arguments());
        document.put("spacing_ms", spacing.toMillis());
        document.put("subjects", subjects);
        document.put("ratios", ratios);
        document.put("stages_ms", stageSeries);
        Files.write(
                target.resolve("start.json"),
                new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(document));
        Files.writeString(target.resolve("start.svg"), picture.svg());
        out.println("\nwritten: " + target.resolve("start.json") + ", " + target.resolve("start.svg"));
    }

    /** Ferry's medians over those of each peer's whole run. */
    private static Map<String, Object> ratios(List<StartRun.Result> results) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        for (StartRun.Result ours : results) {
            if (ours.subject() instanceof PeerSubject || ours.subject() instanceof FloorSubject) {
                continue;
            }
            for (StartRun.Result peer : results) {
                if (!(peer.subject() instanceof PeerSubject)) {
                    continue;
                }
                Samples run = peer.measure(Timing.Measure.GONE);
                for (Timing.Measure measure : List.of(Timing.Measure.EXECUTED, Timing.Measure.GONE)) {
                    Samples samples = ours.measure(measure);
                    if (!samples.isEmpty()) {
                        ratios.put(
                                ours.subject().name() + " " + measure.text() + " / "
                                        + peer.subject().name() + " run",
                                Math.round(1000.0
                                                * samples.median().toNanos()
                                                / run.median().toNanos())
                                        / 1000.0);
                    }
                }
            }
        }
        return ratios;
    }

    private static Map<String, Object> series(Samples samples) {
        Map<String, Object> series = new LinkedHashMap<>();
        series.put("summary_ms", samples.summary());
        series.put(
                "samples_ms",
                samples.values().stream().map(Samples::milliseconds).toList());
        return series;
    }

    private static List<String> cells(String name, String measure, Samples samples) {
        Samples.Summary s = samples.summary();
        return List.of(
                name,
                measure,
                Integer.toString(s.count()),
                number(s.minimum()),
                number(s.median()),
                number(s.p90()),
                number(s.p95()),
                number(s.p99()),
                number(s.maximum()));
    }

    private static String number(double milliseconds) {
        return String.format(Locale.ROOT, milliseconds < 1 ? "%.3f" : "%.2f", milliseconds);
    }
}
