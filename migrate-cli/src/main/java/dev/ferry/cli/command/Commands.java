package dev.ferry.cli.command;

import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Failures;
import dev.ferry.cli.invocation.Invocation;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The table of commands. Only the command that is called is built, so that a call does not pay for all others; the whole table is
 * built for help and for names that do not exist.
 */
public final class Commands {
    private static final Map<String, Function<Invocation, CommandLine>> TABLE = table();

    private Commands() {}

    /** Runs one call and returns its exit code; failures are printed. */
    public static int execute(List<String> arguments, Invocation invocation) {
        CommandLine ferry = commandLine(arguments, invocation);
        return ferry.execute(arguments.toArray(String[]::new));
    }

    private static CommandLine commandLine(List<String> arguments, Invocation invocation) {
        CommandLine ferry = new CommandLine(new Ferry(invocation));
        String called = calledName(arguments);
        Function<Invocation, CommandLine> known = TABLE.get(called);
        if (known != null) {
            ferry.addSubcommand(called, known.apply(invocation));
        } else {
            TABLE.forEach((name, command) -> ferry.addSubcommand(name, command.apply(invocation)));
        }
        ferry.setOut(new PrintWriter(new Lines(invocation.console()::text), true));
        ferry.setErr(new PrintWriter(new Lines(invocation.console()::text), true));
        ferry.setUsageHelpWidth(110);
        ferry.setParameterExceptionHandler((failure, args) -> {
            CommandSpec spec = failure.getCommandLine().getCommandSpec();
            invocation
                    .console()
                    .complain(lowerFirst(String.valueOf(failure.getMessage())) + "\nsee '" + spec.qualifiedName()
                            + " --help'");
            return ExitCode.USAGE;
        });
        ferry.setExecutionExceptionHandler((failure, line, parsed) -> {
            Failures.Outcome outcome = Failures.of(failure);
            invocation.console().complain(outcome.text());
            return outcome.exitCode();
        });
        return ferry;
    }

    /** The first word that is no option; {@code --host} takes one word with it. */
    private static String calledName(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (word.equals("--host") || word.equals("-H")) {
                i++;
            } else if (!word.startsWith("-")) {
                return word;
            }
        }
        return "";
    }

    private static Map<String, Function<Invocation, CommandLine>> table() {
        Map<String, Function<Invocation, CommandLine>> table = new LinkedHashMap<>();
        table.put("engine", i -> new CommandLine(new EngineCommand(i)).setUnmatchedOptionsArePositionalParams(true));
        table.put("run", i -> new CommandLine(new Run(i)).setStopAtPositional(true));
        table.put("ps", i -> new CommandLine(new Ps(i)));
        table.put("logs", i -> new CommandLine(new Logs(i)));
        table.put("exec", i -> new CommandLine(new Exec(i)).setStopAtPositional(true));
        table.put("start", i -> new CommandLine(new Start(i)));
        table.put("stop", i -> new CommandLine(new Stop(i)));
        table.put("kill", i -> new CommandLine(new Kill(i)));
        table.put("rm", i -> new CommandLine(new Rm(i)));
        table.put("inspect", i -> new CommandLine(new Inspect(i)));
        table.put("images", i -> new CommandLine(new ImageLs(i)));
        table.put("image", Commands::image);
        table.put("checkpoint", Commands::checkpoint);
        table.put("restore", i -> new CommandLine(new Restore(i)));
        table.put("migrate", i -> new CommandLine(new Migrate(i)));
        table.put("migrations", i -> new CommandLine(new MigrationLs(i)));
        table.put("migration", Commands::migration);
        table.put("peer", Commands::peer);
        table.put("demo", i -> new CommandLine(new DemoCommand(i)));
        table.put("doctor", i -> new CommandLine(new Doctor(i)));
        table.put(
                "bench",
                i -> LauncherCommand.of(
                        i,
                        "bench",
                        "Measure Ferry beside other runtimes.",
                        "",
                        "'ferry bench help' tells the benchmarks and their options."));
        table.put(
                "oci",
                i -> LauncherCommand.of(
                        i,
                        "oci",
                        "Be an OCI runtime, with the verbs and flags of runc; no engine is needed.",
                        "",
                        "'ferry oci --help' tells them. For engines that call a runtime there is tools/ferry-runtime."));
        table.put(
                "provision",
                i -> LauncherCommand.of(
                        i,
                        "provision",
                        "Fetch what this host lacks: a JDK, Maven, CRIU, libseccomp, nftables, busybox.",
                        "",
                        "Options:",
                        "  --peers      also runc and crun, for 'bench'",
                        "  --emulator   also what runs programs of aarch64, for the tests"));
        table.put("version", i -> new CommandLine(new Version(i)));
        return table;
    }

    private static CommandLine image(Invocation invocation) {
        return new CommandLine(new ImageGroup())
                .addSubcommand("from-host", new ImageFromHost(invocation))
                .addSubcommand("ls", new ImageLs(invocation))
                .addSubcommand("rm", new ImageRm(invocation))
                .addSubcommand("import", new ImageImport(invocation))
                .addSubcommand("load", new ImageLoad(invocation));
    }

    private static CommandLine checkpoint(Invocation invocation) {
        return new CommandLine(new CheckpointGroup())
                .addSubcommand("create", new CheckpointCreate(invocation))
                .addSubcommand("ls", new CheckpointLs(invocation))
                .addSubcommand("inspect", new CheckpointInspect(invocation))
                .addSubcommand("rm", new CheckpointRm(invocation));
    }

    private static CommandLine migration(Invocation invocation) {
        return new CommandLine(new MigrationGroup())
                .addSubcommand("ls", new MigrationLs(invocation))
                .addSubcommand("inspect", new MigrationInspect(invocation))
                .addSubcommand(
                        "resolve",
                        new CommandLine(new MigrationResolve(invocation)).setCaseInsensitiveEnumValuesAllowed(true))
                .addSubcommand("cancel", new MigrationCancel(invocation));
    }

    private static CommandLine peer(Invocation invocation) {
        return new CommandLine(new PeerGroup())
                .addSubcommand("invite", new PeerInvite(invocation))
                .addSubcommand("join", new PeerJoin(invocation))
                .addSubcommand("ls", new PeerLs(invocation))
                .addSubcommand("rm", new PeerRm(invocation));
    }

    private static String lowerFirst(String text) {
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }

    /** Picocli's help goes through the console like everything else. */
    private static final class Lines extends Writer {
        private final java.util.function.Consumer<String> sink;

        Lines(java.util.function.Consumer<String> sink) {
            this.sink = sink;
        }

        @Override
        public void write(char[] text, int offset, int length) {
            sink.accept(new String(text, offset, length));
        }

        @Override
        public void flush() {
            // the console is flushed once, at the end
        }

        @Override
        public void close() {
            // the console outlives it
        }
    }
}
