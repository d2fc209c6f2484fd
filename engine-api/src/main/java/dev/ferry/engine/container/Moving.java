package dev.ferry.engine.container;

import dev.ferry.engine.error.Conflict;
import java.util.Optional;

/**
 * That a container is on its way to another engine, or from one. Whether it may run here is the migration journal's word; this mark keeps
 * everybody else from it, also where the journal cannot be read.
 *
 * @param migration 32 hexadecimal digits
 * @param peer the other engine, as this one calls it
 */
public record Moving(String migration, Stage stage, String peer) {

    /** What may be done with it meanwhile. */
    public enum Stage {
        /** It runs here as before, and another engine makes room for it. */
        LEAVING,
        /** It was handed over, or stands still to be: it does not run here whatever happens. */
        GONE,
        /** It runs at the peer; this is what the user wanted to keep of it. */
        LEFT,
        /** It comes: it does not run here yet. */
        ARRIVING
    }

    /** The same at another stage. */
    public Moving at(Stage value) {
        return new Moving(migration, value, peer);
    }

    /** Why the verb is refused; empty when it is left to the container's state. */
    Optional<Conflict> refusal(Verb verb, String name) {
        return switch (stage) {
            case LEAVING ->
                switch (verb) {
                    case PAUSE, CHECKPOINT, RESTORE, UPDATE, RENAME, MIGRATE ->
                        refused("container " + name + " is being migrated to " + peer
                                + ": wait for the end, or cancel it with \"ferry migration cancel " + shortId() + "\"");
                    case START, STOP, KILL, UNPAUSE, EXEC, RESIZE, REMOVE, REMOVE_BY_FORCE -> Optional.empty();
                };
            case GONE ->
                refused("container " + name + " was handed over to " + peer
                        + ": it must not run in two places; see \"ferry migration inspect " + shortId() + "\"");
            case ARRIVING ->
                refused("container " + name + " comes from " + peer
                        + " and does not run here yet; see \"ferry migration inspect " + shortId() + "\"");
            case LEFT ->
                switch (verb) {
                    case REMOVE, REMOVE_BY_FORCE, RENAME -> Optional.empty();
                    case START, STOP, KILL, PAUSE, UNPAUSE, EXEC, RESIZE, UPDATE, CHECKPOINT, RESTORE, MIGRATE ->
                        refused("container " + name + " runs at " + peer
                                + " since it was migrated; what is kept here can only be looked at and removed");
                };
        };
    }

    /**
     * What people are told of its state in one line.
     *
     * @param usual the same without a migration, such as "Up 3 minutes"
     * @param remedy the command that settles the doubt, empty when there is none
     */
    public String status(String usual, String remedy) {
        if (!remedy.isEmpty()) {
            return "In doubt: " + (stage == Stage.ARRIVING ? "comes from " : "handed over to ") + peer + " (" + remedy
                    + ")";
        }
        return switch (stage) {
            case LEAVING -> usual + ", migrating to " + peer;
            case GONE -> usual + ", being handed over to " + peer;
            case LEFT -> usual + ", runs at " + peer;
            case ARRIVING -> "Arriving from " + peer;
        };
    }

    /** Why it stands still, for whoever looks at it closely; {@code remedy} as in {@link #status}. */
    public String doubt(String remedy) {
        return stage == Stage.ARRIVING
                ? "it comes from " + peer + ", which cannot be asked whether it was handed over; settle it with \""
                        + remedy + "\""
                : "it was handed over to " + peer + ", which cannot be asked whether it runs there; settle it with \""
                        + remedy + "\"";
    }

    /** Enough of the id for people. */
    public String shortId() {
        return migration.substring(0, Math.min(12, migration.length()));
    }

    private static Optional<Conflict> refused(String why) {
        return Optional.of(new Conflict("container.moving", why));
    }
}
