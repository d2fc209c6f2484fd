package dev.ferry.cli.command;

import dev.ferry.cli.demo.Demo;
import dev.ferry.cli.demo.DemoReport;
import dev.ferry.cli.invocation.EngineProgram;
import dev.ferry.cli.invocation.ExitCode;
import dev.ferry.cli.invocation.Invocation;
import dev.ferry.cli.invocation.UsageError;
import dev.ferry.cli.rootfs.HostImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = "Checkpoint a real job, kill everything, restore it, and check that it goes on.",
        footer = {"", "Needs root and CRIU, no network. 'ferry doctor' tells what is missing."})
final class DemoCommand implements Callable<Integer> {
    private static final int LEAST_MEMORY = 64;
    private static final long CLEARING_MILLIS = 60_000;

    private final Invocation invocation;

    @Option(names = "--root", paramLabel = "DIR", description = "keep everything here instead of a temporary directory")
    private @Nullable Path root;

    @Option(names = "--run", paramLabel = "DIR", description = "with --root: the engine's sockets")
    private @Nullable Path run;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            defaultValue = "64",
            description = "live memory of the job; default and least: ${DEFAULT-VALUE}")
    private int memory;

    @Option(
            names = "--pause",
            paramLabel = "MILLISECONDS",
            defaultValue = "500",
            description = "between two steps; default: ${DEFAULT-VALUE}")
    private int pause;

    @Option(names = "--json", description = "measures and checks as JSON")
    private boolean json;

    DemoCommand(Invocation invocation) {
        this.invocation = invocation;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (memory < LEAST_MEMORY) {
            throw new UsageError("--memory " + memory + " is less than " + LEAST_MEMORY);
        }
        Path givenRoot = root;
        Path givenRun = run;
        if ((givenRoot == null) != (givenRun == null)) {
            throw new UsageError("--root and --run are given together or not at all");
        }
        Demo demo = new Demo(
                EngineProgram.command(invocation),
                HostImage.programs(invocation),
                memory,
                pause,
                invocation.console()::note);
        clearAwayWhenInterrupted();
        DemoReport report = givenRoot == null || givenRun == null ? demo.play() : demo.play(givenRoot, givenRun);
        if (json) {
            invocation.console().json(report);
        } else {
            invocation.console().line("");
            invocation.console().table(report.figureTable());
            invocation.console().line("");
            invocation.console().table(report.checkTable());
            invocation.console().line("");
            invocation.console().line(report.isGood() ? "Every check holds." : "Not every check holds.");
        }
        return report.isGood() ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    /** Ctrl-C ends the demonstration where it is, but not what it does to leave nothing behind. */
    private static void clearAwayWhenInterrupted() {
        Thread player = Thread.currentThread();
        Thread hook = new Thread(
                () -> {
                    player.interrupt();
                    try {
                        player.join(CLEARING_MILLIS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "demo-clear");
        Runtime.getRuntime().addShutdownHook(hook);
    }
}
