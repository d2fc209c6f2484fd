package dev.ferry.bench;

import dev.ferry.bench.checkpoint.CheckpointCommand;
import dev.ferry.bench.jmh.JmhCommand;
import dev.ferry.bench.journal.JournalCommand;
import dev.ferry.bench.migrate.MigrateCommand;
import dev.ferry.bench.start.StartCommand;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** {@code ferry bench}: the benchmarks as a program. */
public final class Main {
    private static final int USAGE = 2;
    private static final String HELP = """
            Measures Ferry beside other programs, in one run on one machine.

            ferry bench start [OPTIONS] [-- PROGRAM [ARGUMENT...]]
                How long it takes to start a container.
                --image FILE      a root file system's tar, or an archive as docker save writes it
                                  (default: the host's static busybox)
                --runtime LIST    floor, ferry, socket, runc, crun, NAME=PATH of any other OCI runtime,
                                  NAME=unix:///SOCKET of any engine that has the image as --name says
                                  (default: floor,ferry,socket,crun,runc)
                --name NAME       the image's name at engines (default: the one in the archive)
                --runs N          starts that count, of each (default: 100)
                --warmup N        starts before those (default: 10)
                --spacing MS      rest between two starts (default: 60; below that a run says less than it seems)
                --out DIRECTORY   where start.json and start.svg are written (default: bench-out)

            ferry bench checkpoint [OPTIONS]
                What checkpoint and restore cost beside CRIU alone.
                --mib N           memory of the container's process (default: 256)
                --runs N          dumps, and checkpoints with restore, that count (default: 10)
                --out DIRECTORY   where checkpoint.json and checkpoint.svg are written (default: bench-out)

            ferry bench journal [OPTIONS]
                What the journal of migrations costs beside a bare write with fdatasync.
                --runs N          durable appends that count, of each (default: 1000)
                --entries N       entries that are replayed (default: 1000000)
                --replays N       replays that count, of each (default: 5)
                --out DIRECTORY   on whose disk it is measured, and where journal.json and journal.svg are
                                  written (default: bench-out)

            ferry bench migrate [OPTIONS]
                How long a container stands still while it moves, beside a script around runc.
                --mib N           memory of the container's process; may stand several times (default: 64 and 256)
                --runs N          moves that count, of each (default: 30)
                --megabits N      a second, of the link between the hosts (default: 1000)
                --out DIRECTORY   where migration.json and migration.svg are written (default: bench-out)

            ferry bench jmh [JMH OPTIONS]
                Starts as a JMH benchmark, parameters runtime and spacing; -h for JMH's options. The result
                goes to bench-out/jmh.json unless -rff names another file.
            """;

    private Main() {}

    /** Exits with 0, with 1 when a measurement failed, with 2 for a wrong command line. */
    public static void main(String[] words) {
        System.exit(run(Arrays.asList(words), System.out, System.err));
    }

    static int run(List<String> words, PrintStream out, PrintStream err) {
        List<String> own = words.subList(0, words.contains("--") ? words.indexOf("--") : words.size());
        if (words.isEmpty() || words.getFirst().equals("help") || own.contains("--help")) {
            out.print(HELP);
            return words.isEmpty() ? USAGE : 0;
        }
        List<String> rest = words.subList(1, words.size());
        try {
            switch (words.getFirst()) {
                case "start" -> new StartCommand(out, err).run(rest);
                case "checkpoint" -> new CheckpointCommand(out).run(rest);
                case "journal" -> new JournalCommand(out).run(rest);
                case "migrate" -> new MigrateCommand(out, err).run(rest);
                case "jmh" -> new JmhCommand(out, err).run(rest);
                default -> throw new IllegalArgumentException("unknown benchmark \"" + words.getFirst() + "\"");
            }
            return 0;
        } catch (IllegalArgumentException e) {
            err.println("ferry bench: " + e.getMessage() + " (ferry bench --help)");
            return USAGE;
        } catch (Exception e) {
            err.println("ferry bench: " + e.getMessage());
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                err.println("  because " + cause.getMessage());
            }
            return 1;
        }
    }
}
