package dev.ferry.engine.ledger;

import dev.ferry.engine.error.Unavailable;
import dev.ferry.migration.journal.SegmentedJournal;
import dev.ferry.migration.record.MigrationLedger;
import dev.ferry.store.content.StepListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of migrations, opened on a thread of its own while the engine starts. An engine whose journal cannot be read serves its
 * containers all the same, and refuses migrations with the reason.
 */
public final class OpeningLedger implements AutoCloseable {
    /** So many bytes stay free on the journal's disk: room for the records that end what has begun, and for two blocks of a mapped queue. */
    private static final long RESERVE = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(OpeningLedger.class);

    private final Path directory;
    private final FutureTask<MigrationLedger> opening;

    private OpeningLedger(Path directory, FutureTask<MigrationLedger> opening) {
        this.directory = directory;
        this.opening = opening;
    }

    /** Begins to open the journal in a directory, made if missing. */
    public static OpeningLedger begin(Path directory, JournalKind kind, StepListener steps) {
        var opening = new FutureTask<>(() -> MigrationLedger.open(
                replay -> SegmentedJournal.open(kind.formats(), directory, replay, RESERVE), steps));
        var ledger = new OpeningLedger(directory, opening);
        Thread.ofPlatform().daemon().name("journal-opening").start(ledger::open);
        return ledger;
    }

    private void open() {
        long begun = System.nanoTime();
        opening.run();
        refusal()
                .ifPresentOrElse(
                        reason -> LOG.error("containers are served, but not migrated: {}", reason),
                        () -> LOG.debug("journal open after {} ms", (System.nanoTime() - begun) / 1_000_000));
    }

    /**
     * Waits until the ledger is open.
     *
     * @throws Unavailable with the reason why there are no migrations
     */
    public MigrationLedger ledger() throws InterruptedException {
        try {
            return opening.get();
        } catch (ExecutionException e) {
            throw new Unavailable("migration.journal", refused(e.getCause()), e.getCause());
        }
    }

    /** Why there are no migrations, empty when there are. Waits as {@link #ledger}. */
    public Optional<String> refusal() {
        try {
            opening.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(refused(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the engine is being stopped");
        }
    }

    private String refused(@Nullable Throwable cause) {
        return cause instanceof IOException
                ? String.valueOf(cause.getMessage())
                : "journal \"%s\" cannot be opened: %s; start the engine with ./ferry, or with the flags in docs/adr/0018"
                        .formatted(directory, cause);
    }

    /** Waits for what is being written. */
    @Override
    public void close() throws IOException {
        MigrationLedger ledger;
        try {
            ledger = opening.get();
        } catch (ExecutionException e) {
            return; // said when it happened
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the journal in \"" + directory + "\" was still being opened", e);
        }
        ledger.close();
    }
}
