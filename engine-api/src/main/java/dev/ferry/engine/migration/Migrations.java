package dev.ferry.engine.migration;

import dev.ferry.api.model.ferry.MigrationDetail;
import dev.ferry.api.model.ferry.MigrationRequest;
import dev.ferry.api.model.ferry.MigrationVerdict;
import java.io.IOException;
import java.util.List;

/** What clients may ask about migrations. */
public interface Migrations {

    /** Begins one, and returns at once. Refusals of this engine are thrown; those of the target are the migration's end. */
    MigrationDetail begin(MigrationRequest request) throws InterruptedException;

    /** Asks both engines what speaks against it, and changes nothing. */
    MigrationVerdict dryRun(MigrationRequest request);

    /** All that this engine remembers, newest first. */
    List<MigrationDetail> list();

    /** One, by its id or the beginning of that. */
    MigrationDetail inspect(String reference);

    /** Tells of each change, at most ten times a second, until it is over. */
    void follow(String reference, Sink sink) throws IOException, InterruptedException;

    /** Calls it off, unless the container is handed over. */
    MigrationDetail cancel(String reference);

    /** Settles a doubt by a user's word: the container is to run {@code here} or {@code there}. */
    MigrationDetail resolve(String reference, String run);

    /** Takes what is told. */
    @FunctionalInterface
    interface Sink {
        /** An exception ends the telling. */
        void accept(MigrationDetail detail) throws IOException;
    }
}
