package dev.ferry.engine.app;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine as a program. It runs until SIGTERM or SIGINT, which stop it and leave its containers running.
 *
 * <p>Exit status: 0 after a signal, 1 when it could not start, 2 for a command line it does not understand.
 */
public final class EngineMain {

    private static final Logger LOG = LoggerFactory.getLogger(EngineMain.class);

    private EngineMain() {}

    /** Runs the engine with the given options, see {@code --help}. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> words = List.of(arguments);
        if (words.contains("--help")) {
            tell(System.out, EngineOptions.USAGE);
            return;
        }
        EngineOptions options;
        try {
            options = EngineOptions.parse(words, System.getenv());
        } catch (IllegalArgumentException e) {
            tell(System.err, e.getMessage() + "\n" + EngineOptions.USAGE);
            System.exit(2);
            return;
        }
        Engine engine;
        try {
            engine = Engine.start(options);
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("start failed", e);
            tell(System.err, "engine did not start: " + e.getMessage() + "\n");
            System.exit(1);
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(engine, stopped), "stop"));
        LOG.info("engine {} ready on {}", ProcessHandle.current().pid(), engine.addresses());
        stopped.await();
    }

    private static void stop(Engine engine, CountDownLatch stopped) {
        try {
            engine.close();
        } catch (IOException e) {
            LOG.warn("engine did not stop cleanly", e);
        } finally {
            stopped.countDown();
        }
    }

    private static void tell(PrintStream stream, String text) {
        stream.print(text);
        stream.flush();
    }
}
