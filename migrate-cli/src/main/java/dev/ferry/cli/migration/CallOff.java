package dev.ferry.cli.migration;

import dev.ferry.api.client.EngineRefused;
import dev.ferry.cli.render.Names;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What Ctrl-C does to a migration: the first one calls it off, unless the container is handed over already, the second one leaves it
 * alone. Each comes on a thread of its own, also while the first still waits for the engine.
 */
public final class CallOff {
    private final Canceller engine;
    private final Consumer<String> notes;
    private final Runnable leave;
    private final AtomicBoolean asked = new AtomicBoolean();
    private final AtomicBoolean sent = new AtomicBoolean();
    private volatile String migration = "";

    /** See {@link dev.ferry.api.client.MigrationCalls#cancel}. */
    @FunctionalInterface
    public interface Canceller {
        /** Returns when the engine has taken note. */
        void cancel(String id) throws IOException;
    }

    /** {@code leave} ends this program. */
    public CallOff(Canceller engine, Consumer<String> notes, Runnable leave) {
        this.engine = engine;
        this.notes = notes;
        this.leave = leave;
    }

    /** The user has pressed Ctrl-C. */
    public void interrupt() {
        if (asked.getAndSet(true)) {
            notes.accept(goesOn(migration));
            leave.run();
        } else {
            send();
        }
    }

    /** The migration has an id now; what was asked before is done now. */
    public void begun(String id) {
        migration = id;
        if (asked.get()) {
            send();
        }
    }

    private void send() {
        String id = migration;
        if (id.isEmpty() || sent.getAndSet(true)) {
            return;
        }
        try {
            engine.cancel(id);
            notes.accept("called off: what was begun is being undone; Ctrl-C again leaves");
        } catch (EngineRefused e) {
            notes.accept("not called off: " + e.getMessage() + "\n" + goesOn(id) + "; Ctrl-C again leaves");
        } catch (IOException e) {
            notes.accept("not called off, the engine does not answer: " + e.getMessage() + "\n" + goesOn(id)
                    + "; Ctrl-C again leaves");
        }
    }

    private static String goesOn(String id) {
        return id.isEmpty()
                ? "whether the migration was begun is not known: 'ferry migrations' shows it"
                : "the migration goes on in the engine: 'ferry migration inspect " + Names.shortId(id) + "' shows it";
    }
}
