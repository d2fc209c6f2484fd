package dev.ferry.bench.jmh;

import dev.ferry.bench.report.Machine;
import dev.ferry.bench.report.TextTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** {@code ferry bench jmh}: JMH with its own options; its progress goes to the error stream, a table of ours is the answer. */
public final class JmhCommand {
    private static final Path USUAL = Path.of("bench-out");
    private static final double[] PERCENTILES = {0, 50, 90, 95, 99, 100};

    private final PrintStream out;
    private final PrintStream err;

    public JmhCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public void run(List<String> words) throws IOException, RunnerException {
        CommandLineOptions given;
        try {
            given = new CommandLineOptions(words.toArray(String[]::new));
        } catch (CommandLineOptionException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        if (given.shouldHelp()
                || given.shouldList()
                || given.shouldListWithParams()
                || given.shouldListProfilers()
                || given.shouldListResultFormats()) {
            org.openjdk.jmh.Main.main(words.toArray(String[]::new));
            return;
        }
        Path target = Path.of(given.getResult().orElse(USUAL.resolve("jmh.json").toString()));
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given);
        options.result(target.toString());
        options.resultFormat(given.getResultFormat().orElse(ResultFormatType.JSON));
        Machine machine = Machine.here();
        Runner runner = new Runner(
                options.build(),
                OutputFormatFactory.createFormatInstance(err, given.verbosity().orElse(VerboseMode.NORMAL)));
        Collection<RunResult> results;
        try {
            results = runner.run();
        } catch (NoBenchmarksException e) {
            throw new IllegalArgumentException("no benchmark is called " + given.getIncludes() + ": see -l", e);
        }
        if (results.isEmpty()) {
            throw new IOException("no benchmark ended with a result: its reason is above");
        }
        out.println("kernel " + machine.kernel() + ", " + machine.cpus() + " CPUs, " + machine.cpu() + ", Java "
                + machine.java() + ", load " + machine.load());
        out.print(table(results).text());
        out.println("\nwritten: " + target);
    }

    private static TextTable table(Collection<RunResult> results) {
        TextTable table = new TextTable("benchmark", "unit", "n", "min", "p50", "p90", "p95", "p99", "max");
        for (RunResult result : results) {
            Result<?> primary = result.getPrimaryResult();
            StringBuilder name = new StringBuilder(primary.getLabel());
            for (String parameter : result.getParams().getParamsKeys()) {
                name.append(' ')
                        .append(parameter)
                        .append('=')
                        .append(result.getParams().getParam(parameter));
            }
            Statistics statistics = primary.getStatistics();
            List<String> cells =
                    new ArrayList<>(List.of(name.toString(), primary.getScoreUnit(), Long.toString(statistics.getN())));
            for (double percentile : PERCENTILES) {
                cells.add(String.format(Locale.ROOT, "%.3f", statistics.getPercentile(percentile)));
            }
            table.row(cells);
        }
        return table;
    }
}
