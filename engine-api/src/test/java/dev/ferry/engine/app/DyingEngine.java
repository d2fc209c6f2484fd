package dev.ferry.engine.app;

import dev.ferry.runtime.linux.PidFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * An engine as a program that kills itself before a step of a checkpoint, restore or migration: the one that a file says, counted from now. Or it
 * halts before the step that another file names, says so, and goes on when the file names another one or is gone.
 */
final class DyingEngine {
    private static final int SIGKILL = 9;

    private DyingEngine() {}

    /** The file that holds the number of the step, 1 for the next; without it the engine lives on. */
    static Path order(Path home) {
        return home.resolve("die");
    }

    /** The file that names the steps that were taken since the order. */
    static Path trace(Path home) {
        return home.resolve("steps");
    }

    /** The file that names the step to halt before. */
    static Path halt(Path home) {
        return home.resolve("halt");
    }

    /** The file that is there while it halts. */
    static Path halted(Path home) {
        return home.resolve("halted");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path home = Path.of(arguments[0]);
        List<String> options = List.of(arguments).subList(1, arguments.length);
        Engine.start(EngineOptions.parse(options, Map.copyOf(System.getenv())), step -> before(step, home));
        new CountDownLatch(1).await();
    }

    private static boolean isToHalt(String step, Path home) throws IOException {
        try {
            return Files.readString(halt(home)).equals(step);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void before(String step, Path home) throws IOException {
        if (isToHalt(step, home)) {
            Files.createFile(halted(home));
            while (isToHalt(step, home)) {
                LockSupport.parkNanos(2_000_000);
            }
        }
        count(step, home);
    }

    private static synchronized void count(String step, Path home) throws IOException {
        if (Files.notExists(order(home))) {
            return;
        }
        int left = Integer.parseInt(Files.readString(order(home)).strip()) - 1;
        Files.writeString(
                trace(home),
                step + "\n",
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND);
        Files.writeString(order(home), Integer.toString(left));
        if (left == 0) {
            try (PidFd self = PidFd.open((int) ProcessHandle.current().pid())) {
                self.sendSignal(SIGKILL);
            }
        }
    }
}
