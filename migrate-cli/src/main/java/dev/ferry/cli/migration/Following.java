package dev.ferry.cli.migration;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.api.model.ferry.MigrationDetail;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows one migration to its end, also past the end of an engine: what it was in the middle of stands in its journal, and the next engine
 * brings it to an end.
 *
 * <p>Not for several threads. The calling thread waits for the engine, which tells something twice a second.
 */
public final class Following {
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final Engine engine;
    private final Progress progress;
    private final Consumer<String> notes;
    private final Patience patience;
    private final long begun = System.nanoTime();

    private MigrationDetail last = MigrationDetail.empty();
    private MigrationDetail measured = MigrationDetail.empty();
    private @Nullable Long doubtSince;

    /** What is asked of an engine; it may be another process with each call. */
    public interface Engine {
        /** See {@link dev.ferry.api.client.MigrationCalls#followWhile}. */
        void follow(String id, Predicate<MigrationDetail> sink) throws IOException;

        /** See {@link dev.ferry.api.client.MigrationCalls#inspect}. */
        MigrationDetail inspect(String id) throws IOException;
    }

    /**
     * How long to wait.
     *
     * @param engine for one that does not answer
     * @param doubt for engines that ask each other who runs the container
     * @param pause between two attempts
     */
    public record Patience(Duration engine, Duration doubt, Duration pause) {
        /** An engine starts in seconds, and a cut is mended or it is not. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofMillis(500));
    }

    /** What it came to. */
    public sealed interface End {
        /**
         * It is over.
         *
         * @param measured the last that was heard with a timeline: an engine that came later does not have it
         */
        record Over(MigrationDetail detail, MigrationDetail measured) implements End {}

        /** It was in doubt for longer than is waited for. */
        record InDoubt(MigrationDetail detail) implements End {}

        /** No engine answers, or the one that does knows nothing of it. */
        record Lost(MigrationDetail last, IOException why) implements End {}
    }

    /** Nothing is asked yet. {@code notes} takes what is worth a line of its own. */
    public Following(Engine engine, Progress progress, Consumer<String> notes, Patience patience) {
        this.engine = engine;
        this.progress = progress;
        this.notes = notes;
        this.patience = patience;
    }

    /** Returns when it is over, or nothing more is to be learned. */
    public End follow(MigrationDetail from) throws InterruptedException {
        boolean wanted = take(from);
        try {
            while (wanted) {
                IOException why = listen();
                wanted = isWanted();
                if (wanted) {
                    notes.accept("the engine broke off (" + why.getMessage() + "): looking for one that goes on, for "
                            + patience.engine().toSeconds() + " s");
                    IOException gone = awaitEngine();
                    if (gone != null) {
                        return new End.Lost(last, gone);
                    }
                    notes.accept("an engine is there again");
                    wanted = isWanted();
                }
            }
        } finally {
            progress.end();
        }
        return isOver(last) ? new End.Over(last, measured) : new End.InDoubt(last);
    }

    /** Why there is nothing more to hear. */
    private IOException listen() {
        try {
            engine.follow(last.id(), this::take);
            return new IOException("the stream of events ended early");
        } catch (IOException e) {
            return e;
        }
    }

    /** Asks until there is an answer; null for one. */
    private @Nullable IOException awaitEngine() throws InterruptedException {
        long deadline = System.nanoTime() + patience.engine().toNanos();
        while (true) {
            IOException why;
            try {
                take(engine.inspect(last.id()));
                return null;
            } catch (EngineRefused e) {
                // one that has just started does not know its migrations yet
                if (e.status() != NOT_FOUND && e.status() != UNAVAILABLE) {
                    return e;
                }
                why = e;
            } catch (IOException e) {
                why = e;
            }
            if (System.nanoTime() - deadline >= 0) {
                return why;
            }
            Thread.sleep(patience.pause());
        }
    }

    /** Takes news in; returns whether more are wanted. */
    private boolean take(MigrationDetail detail) {
        last = detail;
        if (!detail.timeline().isEmpty()) {
            measured = detail;
        }
        if (!detail.inDoubt()) {
            doubtSince = null;
        } else if (doubtSince == null) {
            doubtSince = System.nanoTime();
            notes.accept("the container was handed over, and whether it arrived is not known yet: " + detail.error());
        }
        if (!isOver(detail)) {
            progress.show(detail, Duration.ofNanos(System.nanoTime() - begun));
        }
        return isWanted();
    }

    private boolean isWanted() {
        Long since = doubtSince;
        return !isOver(last)
                && (since == null
                        || System.nanoTime() - since < patience.doubt().toNanos());
    }

    private static boolean isOver(MigrationDetail detail) {
        return !detail.outcome().isEmpty() && !detail.inDoubt();
    }
}
